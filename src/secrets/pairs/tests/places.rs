//! Places that only a credential can take.

#![expect(
    clippy::needless_raw_string_hashes,
    reason = "every row of a table is quoted alike"
)]

use super::check_table;

#[test]
fn places() {
    check_table(&[
        (
            "a.py",
            r#"URL = "postgres://app:«hunter2!x»@db.prod.acme.com:5432/app""#,
        ),
        ("a.py", r#"URL = "redis://:«{b62:20}»@cache.acme.com:6379""#),
        (
            "a.py",
            r#"URL = "mongodb+srv://app:«swordfish»@c0.ab12.mongodb.net/x""#,
        ),
        (
            "a.py",
            r#"URL = "https://app:«hunter2!x»@git.acme.com/a.git""#,
        ),
        ("a.yml", "url: amqps://app:«{b62:16}»@10.1.2.3/v"),
        ("a.yml", "url: smtp://app:«p%40ss-W0rd»@mail.acme.com:587"),
        (
            "a.sh",
            "curl -H 'Authorization: Basic «{base64:admin:hunter2!x}»' https://x.acme.com",
        ),
        (
            "a.py",
            r#"headers = {"Authorization": "Basic «{base64:admin:hunter2!x}»"}"#,
        ),
        (
            "a.py",
            r#"headers = {"Authorization": "Bearer «{b62:40}»"}"#,
        ),
        (
            "a.py",
            r#"headers = {"Authorization": "Bearer 5901|«{b62:40}»"}"#,
        ),
        (
            "a.cs",
            r#"var c = "Server=db;Database=a;User Id=sa;Password=«hunter2!x»;Encrypt=true";"#,
        ),
        (
            "web.config",
            r#"<add name="x" connectionString="Server=db;User Id=sa;Password=«hunter2!x»;"/>"#,
        ),
        (
            "appsettings.json",
            r#"{"Default": "Data Source=db;Initial Catalog=a;User ID=sa;Pwd=«hunter2!x»"}"#,
        ),
        (
            "a.java",
            r#"String u = "jdbc:mysql://db.acme.com/a?user=a&password=«hunter2!x»";"#,
        ),
        (
            "a.py",
            r#"dsn = "host=db dbname=a user=b password=«hunter2!x»""#,
        ),
        ("a.sh", "curl -u admin:«hunter2!x» https://x.acme.com"),
        (
            "a.sh",
            "curl -s --user 'admin:«hunter2!x»' \\\n  https://x.acme.com",
        ),
        ("a.sh", "sshpass -p '«hunter2!x»' ssh root@h"),
        ("a.sh", "mysql -u root -p«hunter2!x» app"),
        ("a.sh", "redis-cli -h h -a «hunter2!x» ping"),
        (
            "a.sh",
            "docker login -u app -p «hunter2!x» registry.acme.com",
        ),
    ]);
}

#[test]
fn files_of_credentials() {
    check_table(&[
        (
            ".netrc",
            "machine api.acme.com login app password «hunter2!x»",
        ),
        (
            ".netrc",
            "machine api.acme.com\n  login app\n  password «hunter2!x»\n",
        ),
        (
            "a.sh",
            "echo 'machine api.acme.com login app password «hunter2!x»' > ~/.netrc",
        ),
        (
            ".pgpass",
            "# c\ndb.acme.com:5432:app:app:«hunter2!x»\n*:*:*:b:«s3cr3t-prod»\n",
        ),
        (".npmrc", "//registry.acme.com/:_authToken=«{b62:36}»"),
        (
            ".npmrc",
            "//registry.acme.com/:_password=«{base64:hunter2!x}»",
        ),
        (".npmrc", "_auth=«{base64:app:hunter2!x}»"),
        (".pypirc", "[pypi]\nusername = a\npassword = «hunter2!x»"),
        (
            ".docker/config.json",
            r#"{"auths": {"r.acme.com": {"auth": "«{base64:app:hunter2!x}»"}}}"#,
        ),
        (
            "a.sql",
            "CREATE USER 'app'@'%' IDENTIFIED BY '«hunter2!x»';",
        ),
        (
            "a.sql",
            "CREATE ROLE app WITH LOGIN PASSWORD '«hunter2!x»';",
        ),
        ("a.sql", "ALTER USER app WITH PASSWORD '«hunter2!x»';"),
        (
            "a.py",
            r#"db.execute("GRANT ALL ON a.* TO 'b'@'%' IDENTIFIED BY '«hunter2!x»'")"#,
        ),
        (
            "a.ps1",
            "$p = ConvertTo-SecureString \"«hunter2!x»\" -AsPlainText -Force",
        ),
        (
            "a.ps1",
            "$p = ConvertTo-SecureString -String '«hunter2!x»' -AsPlainText -Force",
        ),
    ]);
}

#[test]
fn places_silent() {
    check_table(&[
        (
            "a.py",
            r#"URL = "postgres://user:password@localhost:5432/app""#,
        ),
        (
            "a.py",
            r#"URL = "postgres://postgres:postgres@db:5432/app""#,
        ),
        ("a.py", r#"URL = "postgres://user:pass@host/db""#),
        ("a.py", r#"URL = "https://user:hunter2!x@example.com/""#),
        ("a.py", r#"URL = f"postgres://{user}:{password}@{host}/db""#),
        (
            "a.sh",
            "git clone https://x-access-token:${TOKEN}@github.com/a/b",
        ),
        ("a.sh", "git clone https://oauth2:$TOKEN@github.com/a/b"),
        ("a.py", r#"URL = "https://cdn.acme.com:8443/@scope/pkg""#),
        ("a.py", r#"URL = "https://unpkg.com/pkg@1.2.3/x.js""#),
        ("a.py", r#"URL = "amqp://guest:guest@rabbitmq:5672/""#),
        ("a.py", r#"h = "Authorization: Bearer <token>""#),
        ("a.py", r#"h = "Authorization: Bearer " + token"#),
        ("a.py", r#"h = "Basic authentication is used here""#),
        ("a.py", r#"h = "Bearer authentication-with-tokens-is-used""#),
        ("a.py", "# the bearer of this message"),
        (
            "a.py",
            r#"h = "Authorization: Basic {base64:user:password}""#,
        ),
        (
            "a.cs",
            r#"var c = "Server=db;User Id=sa;Password=;Encrypt=true";"#,
        ),
        (
            "a.cs",
            r#"var c = "Server=db;User Id=sa;Password={0};Encrypt=true";"#,
        ),
        (
            "a.cs",
            r#"var c = $"Server=db;User Id=sa;Password={password};";"#,
        ),
        ("a.sh", "curl -u \"$USER:$PASS\" https://x"),
        ("a.sh", "curl -u user:password https://x"),
        ("a.sh", "curl -u admin https://x"),
        ("a.sh", "mysql -u root -p app"),
        ("a.sh", "mysql -u root -p$PASS app"),
        ("a.sh", "sshpass -p $PASS ssh h"),
        ("a.sh", "sshpass -f file1x ssh h"),
        (
            "a.sql",
            "CREATE USER app IDENTIFIED BY PASSWORD '*2470C0C06DEE42FD1618BBB99005ADCA2EC9D1E1';",
        ),
        ("a.sql", "CREATE USER app IDENTIFIED BY '${PASS}';"),
        (
            "a.ps1",
            "$p = ConvertTo-SecureString $env:PASS -AsPlainText -Force",
        ),
        ("a.ps1", "$p = ConvertTo-SecureString \"0123\" -Key $k"),
        (".npmrc", "//registry.npmjs.org/:_authToken=${NPM_TOKEN}"),
        ("a.json", r#"{"auth": "oauth2"}"#),
        (
            ".netrc",
            "machine api.acme.com login app password <password>",
        ),
    ]);
}

#[test]
fn calls_whose_arguments_have_fixed_places() {
    check_table(&[
        (
            "a.py",
            r#"MySQLdb.connect("db1", "root", "«hunter2!x»", "shop")"#,
        ),
        ("a.py", r#"auth = HTTPDigestAuth("svc", "«hunter2!x»")"#),
        ("a.py", r#"hmac.new(b"«{hex:32}»", text, sha256)"#),
        (
            "a.py",
            r#"jwt.encode(claims, "«{b62:32}»", algorithm="HS256")"#,
        ),
        (
            "a.js",
            r#"jwt.sign(claims, '«{b62:32}»', { expiresIn: '1h' })"#,
        ),
        ("a.js", r#"crypto.createHmac('sha256', '«{b62:32}»')"#),
        (
            "A.java",
            r#"new SecretKeySpec("«{b62:24}»".getBytes(UTF_8), "AES")"#,
        ),
        (
            "A.java",
            r#"store.load(stream, "«hunter2!x»".toCharArray());"#,
        ),
        (
            "A.java",
            r#"new PasswordAuthentication("bob", "«hunter2!x»".toCharArray())"#,
        ),
        (
            "A.cs",
            r#"new SymmetricSecurityKey(Encoding.UTF8.GetBytes("«{b62:32}»"))"#,
        ),
        ("a.rb", "http.basic_auth 'svc', '«hunter2!x»'"),
        (
            "a.php",
            r#"curl_setopt($ch, CURLOPT_USERPWD, "svc:«hunter2!x»");"#,
        ),
        (
            "A.java",
            r#"String s = "Basic " + Base64.encode("svc:«hunter2!x»");"#,
        ),
        (
            "a.c",
            r#"mysql_real_connect(c, "db", "root", "«hunter2!x»", "app", 0);"#,
        ),
        ("a.c", r#"strcpy(config.password, "«hunter2!x»");"#),
        ("a.py", r#"parser.set("db", "password", "«hunter2!x»")"#),
        ("e2e/a.js", "await page.fill('#password', '«hunter2!x»');"),
        (
            "e2e/a.js",
            "cy.get('input[name=password]').type('«hunter2!x»');",
        ),
        ("a.rb", "set :session_secret, '«{hex:64}»'"),
        ("a.pl", r#"DBI->connect($dsn, "app", "«hunter2!x»", {})"#),
        ("a.php", "ldap_bind($server, $dn, '«hunter2!x»');"),
        (
            "a.go",
            r#"smtp.PlainAuth("", "a@b.example", "«hunter2!x»", host)"#,
        ),
        ("a.ino", r#"WiFi.begin("home", "«hunter2!x»");"#),
        ("a.ino", "WiFi.begin(ssid, password);"),
        ("a.js", "const hash = await bcrypt.hash('«hunter2!x»', 10);"),
        (
            "a.py",
            r#"row.hash = generate_password_hash("«hunter2!x»")"#,
        ),
        (
            "a.py",
            r#"User.objects.create_user("bob", "b@x.example", "«hunter2!x»")"#,
        ),
        (
            "a.py",
            r#"server.login(os.getenv("MAIL_USER"), "«hunter2!x»")"#,
        ),
        ("A.java", r#"given().auth().basic("bob", "«hunter2!x»")"#),
        (
            "a.py",
            r#"server.login(os.getenv("MAIL_USER"), os.getenv("MAIL_PW_1"))"#,
        ),
        ("a.js", "await bcrypt.hash(req.body.code, 'hunter2!x');"),
        ("a.js", "bcrypt.compare('your_password', hash)"),
        ("a.js", "jwt.sign({ id: user.id }, '«{b62:32}»')"),
        ("a.js", "CryptoJS.AES.encrypt(text, '«{b62:32}»')"),
        ("a.py", r#"auth = tweepy.OAuthHandler("x1", "«{b62:50}»")"#),
        ("a.js", "jwt.sign({\n id: user.id }, 'hunter2!x')"),
        // A key that is read, an alphabet, a text.
        (
            "a.py",
            "jwt.encode(claims, settings.SECRET, algorithm='HS256')",
        ),
        ("a.js", "jwt.sign(claims, 'secret')"),
        (
            "A.java",
            r#"char[] hex = "0123456789abcdef".toCharArray();"#,
        ),
        ("a.py", r#"session.login("svc", read("x1"))"#),
        ("a.js", "await page.fill('#password', 'password');"),
        ("a.js", "expect(password).toBe('hunter2!x')"),
    ]);
}

#[test]
fn accounts_of_databases() {
    check_table(&[
        ("a.go", r#"dsn := "root:«hunter2!x»@tcp(db:3306)/app""#),
        (
            "A.java",
            r#"connect("jdbc:oracle:thin:scott/«hunter2!x»@db:1521:x")"#,
        ),
        ("a.sh", "sqlplus -s scott/«hunter2!x»@db @report.sql"),
        (
            "a.sql",
            "INSERT INTO users (name, password) VALUES ('a', '«hunter2!x»'), ('b', '«letmein123»');",
        ),
        (
            "a.sql",
            "INSERT INTO s (k, v) VALUES ('smtp_password', '«hunter2!x»');",
        ),
        (
            "a.sql",
            "INSERT INTO users (name, password) VALUES ('hunter2!x', NULL);",
        ),
        ("a.sql", "CREATE TABLE users (name text, password text);"),
        (
            "a.go",
            r#"dsn := user + ":" + password + "@tcp(db:3306)/app""#,
        ),
    ]);
}

#[test]
fn commands_that_take_a_password() {
    check_table(&[
        ("a.sh", "echo '«hunter2!x»' | sudo -S apt-get update"),
        (
            "a.sh",
            "az login --service-principal -u x -p «{b62:32}» --tenant y",
        ),
        (
            "a.sh",
            "openssl enc -aes-256-cbc -k «hunter2!x» -in a -out b",
        ),
        ("a.sh", "smbclient //srv/share -U svc%«hunter2!x»"),
        ("a.sh", "htpasswd -bc .htpasswd admin «hunter2!x»"),
        (
            "a.bat",
            "net use x: \\\\srv\\share /user:CORP\\bob «hunter2!x»",
        ),
        ("a.sh", "mongo -u root -p «hunter2!x» app"),
        ("a.sh", "mysqladmin -u root password '«hunter2!x»'"),
        ("a.exp", "expect \"assword:\"\nsend \"«hunter2!x»\\r\""),
        ("a.bat", "net user svc «hunter2!x» /add"),
        ("a.bat", "cmdkey /add:srv /user:svc /pass:«hunter2!x»"),
        (
            "a.bat",
            "schtasks /create /tn x /ru CORP\\svc /rp «hunter2!x»",
        ),
        ("a.sh", "htpasswd -b -c .htpasswd admin «hunter2!x»"),
        ("a.sh", "unzip -o -P «hunter2!x» a.zip"),
        ("a.sh", "7z x -p«hunter2!x» a.7z"),
        ("a.sh", "rabbitmqctl add_user svc «hunter2!x»"),
        (
            "a.sh",
            "nmcli device wifi connect home password «hunter2!x»",
        ),
        (
            "a.sh",
            "snmpwalk -v3 -l authNoPriv -u svc -A «hunter2!x» host",
        ),
        ("a.robot", "    Input Password    id:pass    «hunter2!x»"),
        ("r1.cfg", "snmp-server community «hunter2!x» RO"),
        ("r1.cfg", "username bob privilege 15 secret 0 «hunter2!x»"),
        ("r1.cfg", "crypto isakmp key «hunter2!x» address 192.0.2.1"),
        ("r1.cfg", " neighbor 192.0.2.1 password «hunter2!x»"),
        ("r1.cfg", "snmp-server community public RO"),
        ("a.bat", "net user administrator /active:yes"),
        ("a.bat", "net user sara * /add"),
        ("a.bat", "net user hunter2!x"),
        ("a.sh", "7z x -p a.7z"),
        ("a.sh", "gzip -9 a && ssh -P hunter2!x"),
        ("a.robot", "    Input Password    id:pass    ${PASSWORD}"),
        ("a.sh", "read -p \"input password     : \" Pass"),
        ("a.sh", "echo y | sudo -s make"),
        ("a.sh", "htpasswd -c .htpasswd admin"),
        ("a.sh", "mongo -u root -p $PW app"),
    ]);
}
