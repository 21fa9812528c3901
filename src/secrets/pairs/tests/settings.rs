//! Values in configuration, markup, shell scripts and prose.

use super::check_table;

#[test]
fn short_names() {
    check_table(&[
        (".env", "MDP=«hunter2!x»"),
        (".env", "MDP======"),
        ("a.py", "password = '=====' # a line"),
        ("a.xml", "<license><key>«{b62:32}»</key></license>"),
        (
            "a.plist",
            "<key>IDEDidComputeMac32BitWarning</key>\n<true/>",
        ),
        ("wpa_supplicant.conf", "  psk=\"«hunter2!x»\""),
        ("interfaces.conf", "    wpa-psk «hunter2!x»"),
        ("config.h", "#define WIFI_PSK \"«hunter2!x»\""),
        ("wpa_supplicant.conf", "  key_mgmt=WPA-PSK"),
    ]);
}

#[test]
fn settings() {
    check_table(&[
        (".env", "DB_PASSWORD=«Sommer2024!»"),
        (".env", "export API_KEY='«{b62:32}»'"),
        (".env", "API_KEY=«{b62:32}» # production"),
        (".env", "SECRET_KEY=\"«{b62:40}»\""),
        ("app.ini", "[db]\npassword = «hunter2!x» ; comment\n"),
        (
            "app.properties",
            "spring.datasource.password=«hunter2!x»\nspring.x=1",
        ),
        (
            "app.properties",
            "spring.datasource.password = ${DB_PASSWORD:«hunter2!x»}",
        ),
        ("values.yaml", "db:\n  passwd: «s3cr3t-prod»\n"),
        ("values.yaml", "  password: \"«hunter2!x»\" # set it"),
        ("values.yaml", "db: {user: app, password: «hunter2!x»}"),
        (
            "values.yaml",
            "env:\n  - name: DB_PASSWORD\n    value: «hunter2!x»\n",
        ),
        (
            "values.yaml",
            "env:\n  - name: DB_PASSWORD\n    value: \"«hunter2!x»\"\n",
        ),
        (
            "compose.yml",
            "    environment:\n      - MYSQL_PASSWORD=«hunter2!x»\n",
        ),
        (
            "compose.yml",
            "    environment:\n      MYSQL_PASSWORD: «hunter2!x»\n",
        ),
        (
            "secret.yaml",
            "kind: Secret\ndata:\n  password: «{base64:hunter2!x}»\n",
        ),
        ("secret.yaml", "api_key: >-\n  «{b62:40}»\nother: 1"),
        ("a.toml", "[db]\npassword = \"«hunter2!x»\""),
        ("a.json", "{\"db\": {\"password\": \"«hunter2!x»\"}}"),
        (
            "a.json",
            "[{\"name\": \"DB_PASSWORD\", \"value\": \"«hunter2!x»\"}]",
        ),
        (
            "main.tf",
            "variable \"db_password\" {\n  type = string\n  default = \"«hunter2!x»\"\n}",
        ),
        ("main.tf", "  master_password = \"«hunter2!x»\""),
        ("a.xml", "<add key=\"Password\" value=\"«hunter2!x»\"/>"),
        (
            "a.xml",
            "<property name=\"db.password\" value=\"«hunter2!x»\"/>",
        ),
        (
            "a.xml",
            "<property value=\"«hunter2!x»\" name=\"db.password\"/>",
        ),
        (
            "a.xml",
            "<property name=\"db.password\">«hunter2!x»</property>",
        ),
        ("a.xml", "<password>«hunter2!x»</password>"),
        ("a.xml", "<db:password>\n  «hunter2!x»\n</db:password>"),
        ("a.xml", "<dataSource user=\"a\" password=\"«hunter2!x»\"/>"),
        ("a.plist", "<key>ApiKey</key>\n<string>«{b62:32}»</string>"),
        (
            "strings.xml",
            "<string name=\"api_key\">«{b62:32}»</string>",
        ),
        ("Dockerfile", "ENV DB_PASSWORD «hunter2!x»"),
        ("Dockerfile", "ENV DB_PASSWORD=«hunter2!x»"),
        ("Dockerfile", "ENV A=b DB_PASSWORD=«hunter2!x» C=d"),
        ("Dockerfile", "ARG API_TOKEN=«{b62:32}»"),
        ("run.sh", "export DB_PASSWORD=«hunter2!x»"),
        ("run.sh", "PGPASSWORD=«hunter2!x» psql -h db"),
        ("run.sh", "API_TOKEN=\"«{b62:32}»\""),
        ("run.sh", "PASS=${DB_PASSWORD:-«hunter2!x»}"),
        ("run.sh", "tool login --password «hunter2!x» --user a"),
        ("run.sh", "tool login --api-key=«{b62:32}»"),
        (
            "run.sh",
            "curl -H \"X-Api-Key: «{b62:32}»\" https://api.acme.com",
        ),
        (
            "run.sh",
            "curl -H 'PRIVATE-TOKEN: «{b62:32}»' https://git.acme.com",
        ),
        ("run.ps1", "Connect-Thing -User a -Password «hunter2!x»"),
        ("run.bat", "set DB_PASSWORD=«hunter2!x»"),
        ("redis.conf", "requirepass «hunter2!x»"),
        ("Makefile", "DB_PASSWORD := «hunter2!x»"),
        (
            ".gitlab-ci.yml",
            "  script:\n    - export TOKEN=«{b62:32}»\n",
        ),
        ("ci.yml", "      run: deploy --token «{b62:32}»"),
    ]);
}

#[test]
fn inventories_phrases_and_sentences() {
    check_table(&[
        (
            "hosts.ini",
            "[web]\nweb1 ansible_user=root ansible_ssh_pass=«hunter2!x» port=22\n",
        ),
        ("relay.cfg", "smtp_auth_password \"«hunter2!x»\"\n"),
        (".env", "DB_PASSWORD=«blue-horse-42»"),
        (".env", "DB_PASSWORD=db-prod-42"),
        (".env", "API_TOKEN=blue-horse-42"),
        ("notes.txt", "The password is «hunter2!x»."),
        ("notes.txt", "The password is required since 2019."),
        ("notes.txt", "The token is v2-based."),
        (
            "notes.txt",
            "A password is 8-bit, SHA-256 or base64-encoded.",
        ),
        ("notes.txt", "The password is sha256."),
    ]);
}

#[test]
fn words_that_are_passwords_and_signing_keys() {
    check_table(&[
        ("a.py", "root_password = '«swordfish»'"),
        ("a.php", "$dbpass = '«swordfish»';"),
        ("a.py", "password = 'swordfish'"),
        ("a.json", r#"{"db_password": "swordfish"}"#),
        ("tests/a.py", "root_password = 'swordfish'"),
        (
            "a.yml",
            "MYSQL_USER: wordpress\nMYSQL_PASSWORD: wordpress\n",
        ),
        ("a.py", "app.secret_key = '«whiteKnight»'"),
        ("a.py", "app.secret_key = '«fraud_detection_secret_2024»'"),
        (
            "a.js",
            "const JWT_SECRET = process.env.JWT_SECRET || '«gambling_secret_2024»';",
        ),
        ("a.py", "app.secret_key = 'my_secret_key'"),
        ("a.py", "app.secret_key = 'your-signing-phrase'"),
        ("a.py", "app.secret_key = 'knight-do-not-use'"),
        ("a.py", "root_password = 'mysqlrootpassword'"),
        ("a.js", "const SECRET_KEY = 'settings.secretOpened';"),
        ("tests/a.py", "app.secret_key = 'white-knight'"),
        (
            "a.cs",
            r#"var c = "Server=localhost;Uid=root;Pwd=«Kode0911»;";"#,
        ),
        (
            "a.py",
            r#"c = "host=localhost dbname=lab user=postgres password=«qwer20»""#,
        ),
        (
            "a.js",
            r#"connect("mongodb+srv://prem123:«prem123»@cluster0.md7.mongodb.net/x")"#,
        ),
        (
            "a.js",
            r#"connect("postgres://postgres:postgres@db.acme.io/x")"#,
        ),
    ]);
}

#[test]
fn settings_silent() {
    check_table(&[
        (".env", "DB_PASSWORD="),
        (".env", "DB_PASSWORD=${OTHER}"),
        (".env", "DB_PASSWORD=changeme"),
        (".env", "DB_PASSWORD=<your password>"),
        (".env", "PASSWORD_MIN_LENGTH=12"),
        (".env", "TOKEN_TTL=3600s"),
        (".env", "TOKEN_FILE=/run/secrets/token1"),
        (".env.example", "API_KEY=abc123def456"),
        ("values.yaml", "  existingSecret: my-db1-secret"),
        ("values.yaml", "  secretName: tls-cert-2x"),
        ("values.yaml", "  password: {{ .Values.password }}"),
        ("values.yaml", "  password: \"{{ vault_password }}\""),
        (
            "values.yaml",
            "  password: !vault |\n    $ANSIBLE_VAULT;1.1;AES256\n    6162",
        ),
        ("values.yaml", "  password: null"),
        ("values.yaml", "  password: ~"),
        ("values.yaml", "  token: ${{ secrets.GITHUB_TOKEN }}"),
        ("values.yaml", "  # password: the password of the user"),
        (
            "values.yaml",
            "  secretKeyRef:\n    name: db1-x\n    key: password",
        ),
        (
            "values.yaml",
            "      valueFrom:\n        secretKeyRef: {name: app-1a, key: password}",
        ),
        (
            "values.yaml",
            "env:\n  - name: DB_PASSWORD\n    valueFrom: x1y2z3\n",
        ),
        ("values.yaml", "description: the password: is 8 long"),
        ("secret.yaml", "data:\n  password: {base64:changeme}\n"),
        ("a.json", "{\"password\": {\"type\": \"string\"}}"),
        (
            "a.json",
            "{\"type\": \"password\", \"label\": \"P4ssword\"}",
        ),
        ("a.json", "{\"passwordHint\": \"my d0g\"}"),
        ("a.xml", "<password>${db.password}</password>"),
        ("a.xml", "<Label Text=\"Password\" Value=\"x1y2z3w4\"/>"),
        (
            "a.xml",
            "<input type=\"password\" name=\"password\" value=\"\"/>",
        ),
        ("a.html", "<label for=\"password\">Passw0rd</label>"),
        ("a.xml", "<token>\n<a>1</a></token>"),
        ("run.sh", "PASSWORD=$(pass show db/1)"),
        ("run.sh", "TOKEN=`cat token1.txt`"),
        ("run.sh", "PASSWORD=$1"),
        ("run.sh", "tool --password \"$PASSWORD\""),
        ("run.sh", "tool --password-stdin abc1def2"),
        ("run.sh", "tool --token <token>"),
        ("run.sh", "if [ \"$PASSWORD\" = \"\" ]; then"),
        ("run.sh", "echo \"Password: \""),
        ("Dockerfile", "ARG TOKEN"),
        ("Dockerfile", "ENV TOKEN=$TOKEN"),
        ("README.md", "Set your password in the `password` field."),
        ("README.md", "The token: see below."),
        ("README.md", "password: secret"),
        (
            "main.tf",
            "variable \"db_password\" {\n  type = string\n  description = \"a1b2c3d4\"\n}",
        ),
        ("main.tf", "  password = var.db_password"),
        ("main.tf", "  password = random_password.db.result"),
    ]);
}

#[test]
fn what_numbers_and_signs_say_in_settings() {
    check_table(&[
        ("a.properties", "db.password=«Manager01»"),
        ("a.env", "PGPASSWORD=«pgPa55x»"),
        ("a.properties", "mail.password=«qzkv wxrm bjtp lhdg»"),
        ("a.yml", "basicAuth: \"admin:«hunter2!x»\""),
        (
            "Dockerfile",
            "ENV YARN_KEY=6A010C5166006599AA17F08146C2130DFD2497F5",
        ),
        (
            "a.py",
            "PASSWORD_HASHERS = ['a.b.hashers.Argon2PasswordHasher']",
        ),
        ("a.sh", "token=substr($0, start, 1)"),
        (
            "a.ex",
            "\"\"\"\n  password = System.fetch_env!(\"X1\")\n\"\"\"",
        ),
        ("a.ex", "plug Parsers, pass: [\"text/*\"]"),
        ("a.docx", "\u{1}\u{2}pw=hunter2!x\u{3}\u{4}"),
    ]);
}
