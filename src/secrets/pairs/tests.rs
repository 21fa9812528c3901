//! Tables of texts: what stands in «…» must be found, and nothing else. `{b62:24}` and its like stand for
//! text that looks drawn at random, so that no value that looks live stands in this repository.

use super::*;
use crate::finding::RepoPath;

/// All occurrences of all anchors, as the automaton of the engine reports them.
pub(super) fn naive_hits(text: &[u8]) -> Vec<Hit> {
    let lower = text.to_ascii_lowercase();
    let mut hits = Vec::new();
    for (keyword, anchor) in KEYWORDS.iter().enumerate() {
        for start in memchr::memmem::find_iter(&lower, anchor.as_bytes()) {
            hits.push(Hit {
                keyword,
                start,
                end: start + anchor.len(),
            });
        }
    }
    hits.sort_by_key(|hit| (hit.end, hit.start));
    hits
}

fn alphabet(name: &str) -> &'static [u8] {
    match name {
        "hex" => b"0123456789abcdef",
        "low" => b"abcdefghijklmnopqrstuvwxyz0123456789",
        "b64" => b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/",
        "b62" => b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789",
        other => panic!("no alphabet {other}"),
    }
}

/// Replaces `{alphabet:n}` by text drawn from the alphabet, `{basic:user:password}` by its base64.
fn expand(template: &str, seed: u64) -> String {
    use base64::Engine as _;
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let mut out = String::new();
    let mut rest = template;
    while let Some(open) = rest.find('{') {
        out.push_str(&rest[..open]);
        let Some(close) = rest[open..].find('}') else {
            break;
        };
        let field = &rest[open + 1..open + close];
        match field.split_once(':') {
            Some(("base64", plain)) => {
                out.push_str(&base64::engine::general_purpose::STANDARD.encode(plain));
            }
            Some((name @ ("hex" | "low" | "b64" | "b62"), count)) => {
                for _ in 0..count.parse().expect("a count") {
                    state ^= state << 13;
                    state ^= state >> 7;
                    state ^= state << 17;
                    let letters = alphabet(name);
                    out.push(letters[(state >> 33) as usize % letters.len()] as char);
                }
            }
            _ => {
                out.push('{');
                rest = &rest[open + 1..];
                continue;
            }
        }
        rest = &rest[open + close + 1..];
    }
    out.push_str(rest);
    out
}

/// Takes the marks out and returns what they enclose.
fn unmark(marked: &str) -> (String, Vec<Range<usize>>) {
    let mut text = String::new();
    let mut ranges = Vec::new();
    let mut start = 0;
    for c in marked.chars() {
        match c {
            '«' => start = text.len(),
            '»' => ranges.push(start..text.len()),
            c => text.push(c),
        }
    }
    (text, ranges)
}

fn candidates(path: &str, text: &str) -> Vec<Candidate> {
    let place = Place::File(RepoPath::new(path));
    find(&place, text.as_bytes(), &naive_hits(text.as_bytes()))
}

/// Says what is wrong unless exactly the marked values are found, with several draws of the random parts.
fn wrong(path: &str, marked: &str) -> Option<String> {
    (1..=3).find_map(|seed| {
        let (text, expected) = unmark(&expand(marked, seed));
        let found = candidates(path, &text);
        let values: Vec<_> = found.iter().map(|c| c.value.clone()).collect();
        let shown: Vec<_> = found
            .iter()
            .map(|c| (c.rule.id, &text[c.value.clone()]))
            .collect();
        (values != expected).then(|| format!("{path}: {text}\n    found {shown:?}"))
    })
}

fn check_table(table: &[(&str, &str)]) {
    let failures: Vec<_> = table
        .iter()
        .filter_map(|(path, text)| wrong(path, text))
        .collect();
    assert!(
        failures.is_empty(),
        "{} wrong:\n{}",
        failures.len(),
        failures.join("\n")
    );
}

fn check_all(path: &str, texts: &[&str]) {
    check_table(&texts.iter().map(|text| (path, *text)).collect::<Vec<_>>());
}

#[test]
fn python() {
    check_all(
        "app/settings.py",
        &[
            r#"password = "«letmein123»""#,
            r#"password = '«hunter2!x»'"#,
            r#"PASSWORD: str = "«hunter2!x»""#,
            r#"password: Optional[str] = "«hunter2!x»""#,
            r#"DATABASES = {"default": {"PASSWORD": "«Sommer2024!»", "USER": "app"}}"#,
            r#"config["password"] = "«hunter2!x»""#,
            r#"connect(user="app", password="«hunter2!x»")"#,
            r#"def connect(host, password="«hunter2!x»"):"#,
            r#"SECRET_KEY = os.environ.get("SECRET_KEY", "«{b62:40}»")"#,
            r#"SECRET_KEY = os.getenv("APP_SECRET") or "«{b62:40}»""#,
            r#"api_key = b"«{hex:32}»""#,
            r#"client.set_password("«hunter2!x»")"#,
            r#"requests.get(url, headers={"X-Api-Key": "«{b62:32}»"})"#,
            r#"requests.get(url, auth=("admin", "«hunter2!x»"))"#,
            r#"auth = HTTPBasicAuth("admin", "«hunter2!x»")"#,
            r#"if password == "«hunter2!x»":"#,
            r#"token = "«{b62:32}»""#,
            r#"token = SecretStr("«{b62:32}»")"#,
            r#"api_keys = ["«{b62:32}»", "«{b62:24}»"]"#,
            r#"url = "https://api.acme.com/v1?token=«{b62:32}»&x=1""#,
            "client_secret = (\n    \"«{b62:40}»\"\n)",
            r#"payload = "{\"user\":\"a\",\"password\":\"«hunter2!x»\"}""#,
            r#"payload = 'username=app&password=«hunter2!x»'"#,
            r#"subprocess.run(["mysqldump", "--password", "«hunter2!x»"])"#,
            r#"parser.add_argument("--api-key", default="«{b62:32}»", help="key")"#,
            r#"# password: «hunter2!x»"#,
            r#"secret = """«{b62:40}»""""#,
        ],
    );
}

#[test]
fn python_silent() {
    check_all(
        "app/settings.py",
        &[
            r#"password = """#,
            r#"password = "password""#,
            r#"password = "test""#,
            r#"password = "changeme""#,
            r#"password = "your-password-here""#,
            r#"password = os.environ["DB_PASSWORD"]"#,
            r#"password = os.environ.get("DB_PASSWORD")"#,
            r#"password = os.environ.get("DB_PASSWORD", "")"#,
            r#"password = getpass.getpass("Password: ")"#,
            r#"password = get_secret("prod/db1/master")"#,
            r#"password: str = Field(min_length=8)"#,
            r#"password = f"{prefix}{name}1""#,
            r#"password = "%s-1a" % name"#,
            r#"password = "{}-abc1".format(name)"#,
            r#"password = "${DB_PASSWORD}""#,
            r#"password = config.get("db", "password")"#,
            r#"password_field = "passwd_1x""#,
            r#"token_type = "Bearer2x""#,
            r#"TOKEN_KEY = "auth.token""#,
            r#"PASSWORD = "PASSWORD""#,
            r#"token = "access_token""#,
            r#"secret_name = "prod-db1-secret9""#,
            r#"raise ValueError("Invalid password: must have 8 characters")"#,
            r#"help="Password: at least 12ab""#,
            r#"print("token: ", "abc1")"#,
            r#"password = input("password: ")"#,
            r#"max_tokens = "4096a""#,
            r#"token = tokenizer.encode("hello w0rld")"#,
            r#"tokens = ["if", "else", "while", "x1"]"#,
            r#"token = line.split("=")[1]"#,
            r#"token = "Bearer " + self.token"#,
            r#"{"name": "password", "type": "string", "label": "Password 1"}"#,
            r#"fields = ["username", "password", "email2x"]"#,
            r#"password = hash_password("hunter2!x")"#,
            r#"form.password = PasswordField("Password", validators=[x])"#,
            r#"secret = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:x-1a2b3c""#,
            r#"password = "$2b$12$abcdefghijklmnopqrstuv""#,
            r#"token_url = "https://auth.acme.com/oauth2/token""#,
            r#"API_KEY_HEADER = "X-API-Key-2""#,
            r#"api_key = "12345""#,
            r#"version_token = "1.2.3""#,
            r#"password = "xxxxxxxx""#,
            r#"password = "********""#,
            r#"password = "Mot de passe""#,
            r#"private_key = "/etc/ssl/private/server.key""#,
            r#"private_key = "keys/server2.pem""#,
            r#"token = "user@acme.com""#,
            r#"@pytest.mark.parametrize("password,expected", [("a", 1)])"#,
            r#"assert "password" in form, "no password in form1x""#,
            r#"logger.info("password=%s", password)"#,
            r#"password = "a" if x else "b""#,
            r#"re_password = "^[a-z0-9]{8,}$""#,
            r##"driver.find("#password").send("x")"##,
            r#"secret = "secret""#,
            r#"token = "null""#,
            r#"password: "str" = None"#,
        ],
    );
}

#[test]
fn languages() {
    check_table(&[
        ("src/db.js", r#"const password = '«hunter2!x»';"#),
        (
            "src/db.js",
            r#"connect({ host: 'db', password: '«hunter2!x»' })"#,
        ),
        (
            "src/db.js",
            r#"const token = process.env.API_TOKEN || '«{b62:32}»'"#,
        ),
        ("src/db.ts", r#"const token: string = '«{b62:32}»';"#),
        ("src/db.ts", r#"password?: string = "«hunter2!x»";"#),
        ("src/db.ts", "private readonly apiKey = `«{b62:32}»`;"),
        ("src/db.ts", r#"if (password === '«hunter2!x»') {"#),
        ("main.go", r#"var dbPassword string = "«hunter2!x»""#),
        (
            "main.go",
            r#"	cfg := Config{Password: "«hunter2!x»", User: "app"}"#,
        ),
        ("main.go", r#"	token := "«{b62:32}»""#),
        ("main.go", r#"	secretKey = []byte("«{b62:32}»")"#),
        ("main.go", r#"	req.Header.Set("X-Api-Key", "«{b62:32}»")"#),
        (
            "A.java",
            r#"private static final String PASSWORD = "«hunter2!x»";"#,
        ),
        ("A.java", r#"properties.put("db.password", "«hunter2!x»");"#),
        ("A.java", r#"ds.setPassword("«hunter2!x»");"#),
        ("A.java", r#"if (password.equals("«hunter2!x»"))"#),
        ("A.java", r#"@Value("${db.password:«hunter2!x»}")"#),
        ("A.kt", r#"val apiKey: String = "«{hex:32}»""#),
        (
            "A.kt",
            r#"val pw = System.getenv("DB_PASSWORD") ?: "«hunter2!x»""#,
        ),
        ("A.cs", r#"string password = @"«hunter2!x»";"#),
        (
            "A.cs",
            r#"new NetworkCredential { UserName = "a", Password = "«hunter2!x»" }"#,
        ),
        ("A.vb", r#"Dim password As String = "«hunter2!x»""#),
        ("a.php", r#"'password' => '«hunter2!x»',"#),
        ("a.php", r#"define('DB_PASSWORD', '«hunter2!x»');"#),
        ("a.php", r#"$password = '«hunter2!x»';"#),
        ("a.php", r#"$config['db']['password'] = '«hunter2!x»';"#),
        (
            "a.php",
            r#"'password' => env('DB_PASSWORD', '«hunter2!x»'),"#,
        ),
        ("a.rb", r#"config.secret_key_base = '«{hex:64}»'"#),
        ("a.rb", r#":password => "«hunter2!x»""#),
        ("a.rb", r#"ENV['API_TOKEN'] || '«{b62:32}»'"#),
        ("a.rb", r#"ENV.fetch('API_TOKEN', '«{b62:32}»')"#),
        ("a.rs", r#"const API_KEY: &str = "«{b62:32}»";"#),
        ("a.rs", r#"let password = "«hunter2!x»".to_string();"#),
        ("a.rs", r#"password: Some("«hunter2!x»".into()),"#),
        (
            "a.rs",
            r#"env::var("API_TOKEN").unwrap_or("«{b62:32}»".into())"#,
        ),
        ("a.c", r#"#define WIFI_PASSWORD "«hunter2!x»""#),
        ("a.ino", r#"const char* password = "«hunter2!x»";"#),
        ("a.c", r#"char password[] = "«hunter2!x»";"#),
        ("a.swift", r#"let apiKey = "«{b62:32}»""#),
        ("a.m", r#"NSString *password = @"«hunter2!x»";"#),
        ("a.dart", r#"final String apiKey = '«{b62:32}»';"#),
        ("a.exs", r#"config :app, Repo, password: "«hunter2!x»""#),
        ("a.pl", r#"my $password = '«hunter2!x»';"#),
        ("a.lua", r#"local password = "«hunter2!x»""#),
        ("a.r", r#"password <- "«hunter2!x»""#),
        ("a.scala", r#"val password = "«hunter2!x»""#),
        ("build.gradle", r#"storePassword "«hunter2!x»""#),
        ("build.gradle", r#"keyPassword '«hunter2!x»'"#),
        ("Jenkinsfile", r#"def token = '«{b62:32}»'"#),
    ]);
}

#[test]
fn languages_silent() {
    check_table(&[
        ("src/db.ts", r#"password: string;"#),
        ("src/db.ts", r#"token: 'token1' | 'token2';"#),
        (
            "src/db.ts",
            r#"<input type="password" placeholder="Pass w0rd"/>"#,
        ),
        (
            "src/db.ts",
            r#"const passwordRegex = '^(?=.*[A-Z])(?=.*[0-9]).{8,}$'"#,
        ),
        ("src/db.ts", r#"t('login.password')"#),
        ("src/db.ts", r#"setPassword(event.target.value)"#),
        (
            "src/db.ts",
            r#"const token = localStorage.getItem('app_token_v2')"#,
        ),
        ("src/db.ts", r#"password: process.env.DB_PASSWORD,"#),
        ("src/db.ts", "const token = `${a}-${b}`"),
        ("src/db.ts", r#"getToken('oauth2-client7')"#),
        (
            "src/db.ts",
            r#"export const RESET_PASSWORD = 'auth/RESET_PASSWORD_V2'"#,
        ),
        ("main.go", r#"	Password string `json:"password1"`"#),
        (
            "main.go",
            r#"	flag.StringVar(&password, "password", "", "the Passw0rd to use")"#,
        ),
        ("main.go", r#"	token.Position"#),
        ("main.go", r#"	case token.LBRACE: return "x1y2z3w4""#),
        (
            "A.java",
            r#"String password = request.getParameter("passw0rd1");"#,
        ),
        ("A.java", r#"@Value("${db.password}")"#),
        ("A.java", r#"return "User{password='" + password + "'}";"#),
        (
            "A.java",
            r#"public static final String TOKEN_HEADER = "X-Auth-Token2";"#,
        ),
        ("A.java", r#"log.debug("Token: {}", token1);"#),
        (
            "A.kt",
            r#"@SerializedName("access_token") val accessToken: String"#,
        ),
        (
            "A.cs",
            r#"[Display(Name = "Password 2")] public string Password { get; set; }"#,
        ),
        ("a.php", r#"'password' => 'required|min:8|confirmed',"#),
        ("a.php", r#"'password' => $request->input('password1'),"#),
        ("a.php", r#"$token = md5($user . 'salt1234x');"#),
        (
            "a.rb",
            r#"validates :password, presence: true, format: "a1b2c3d4""#,
        ),
        ("a.rb", r#"attr_accessor :password"#),
        (
            "a.rb",
            r#"f.password_field :password, autocomplete: "new-password2""#,
        ),
        ("a.rs", r#"Token::Number => "n1x2y3""#),
        ("a.rs", r#"fn password(&self) -> &str {"#),
        ("a.rs", r#"password: Option<String>,"#),
        ("a.c", r#"printf("password: %s\n", password);"#),
        (
            "a.sql",
            "CREATE TABLE users (password varchar(255) NOT NULL)",
        ),
        ("a.sql", "SELECT password FROM users WHERE token = :token"),
        ("a.sql", "WHERE password = ? AND x = 1"),
        ("tests/test_a.py", r#"password = "test""#),
        ("tests/test_a.py", r#"password = "letmein123""#),
        (
            "src/test/java/ATest.java",
            r#"user.setPassword("secret123");"#,
        ),
        ("locale/de.json", r#"{"password": "Passw0rt!x"}"#),
        ("package-lock.json", r#"{"token": "aB3dE5fG7hI9jK1lM3nO5"}"#),
        ("a.css", r#".token.string { color: "x1y2z3" }"#),
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
fn the_setting_takes_a_step() {
    let text = r#"password = "hunter2!x""#;
    let at = |path| candidates(path, text).first().map(|c| c.confidence);
    assert_eq!(at("src/a.py"), Some(Confidence::High));
    assert_eq!(at("tests/a.py"), Some(Confidence::Medium));
    assert_eq!(at("locales/a.py"), None);
    let weak = r#"password = "letmein123""#;
    assert_eq!(
        candidates("src/a.py", weak)[0].confidence,
        Confidence::Medium
    );
    assert!(candidates("tests/a.py", weak).is_empty());
}

#[test]
fn a_message_never_holds_the_value() {
    let text = "password = 'hunter2!x'\nurl = 'ftp://a:swordfish7@h.acme.com'\n";
    let found = candidates("a.py", text);
    assert_eq!(found.len(), 2);
    for candidate in found {
        let value = &text[candidate.value.clone()];
        assert!(!candidate.message.contains(value));
        assert!(candidate.notes.iter().all(|note| !note.contains(value)));
        assert_eq!(candidate.public_prefix, 0);
    }
}

#[test]
fn any_bytes_are_read_without_a_panic() {
    let pieces: &[&[u8]] = &[
        b"password",
        b"=",
        b"\"",
        b"'",
        b"\\",
        b"\n",
        b"://",
        b"a:b@",
        b"<",
        b">",
        b"{",
        b"}",
        b"${",
        b"\xff\xfe",
        b" ",
        b":",
        b"(",
        b",",
        b"curl -u ",
        b"Basic ",
        b"Bearer ",
        b"mysql -p",
        b"value",
        b"\xc3",
        b"name",
        b"--",
        b"identified by",
        b"token",
        b"`",
        b"auth=(",
        b"|",
        b"-asplaintext",
        b"ConvertTo-SecureString",
        b"default",
        b"\"\"\"",
        b"%",
        b".unwrap_or",
        b"hunter2!x",
        b"machine ",
        b"login ",
        b"_auth",
        b"0",
    ];
    let mut state = 42_u64;
    for round in 0..4000 {
        let mut text = Vec::new();
        for _ in 0..12 {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            text.extend_from_slice(pieces[(state >> 20) as usize % pieces.len()]);
        }
        let path = [
            "a.py",
            "a.yml",
            "a.sh",
            ".env",
            "a.xml",
            "a.sql",
            ".netrc",
            ".pgpass",
            "README.md",
            "a.json",
        ][round % 10];
        for candidate in find(&Place::File(RepoPath::new(path)), &text, &naive_hits(&text)) {
            assert!(
                candidate.value.start < candidate.value.end && candidate.value.end <= text.len()
            );
        }
    }
}

#[test]
fn time_is_linear_in_the_hits() {
    for unit in [
        "password=\"",
        "token,",
        "secret: 'x",
        "://a:",
        "curl -u ",
        "password ",
        "{\"token\":",
        "<password>",
        "Basic ",
        "name=\"password\" ",
    ] {
        let text = unit.repeat(20_000);
        let started = std::time::Instant::now();
        candidates("a.py", &text);
        candidates("a.yml", &text);
        candidates("a.xml", &text);
        assert!(
            started.elapsed().as_secs() < 20,
            "{unit} {:?}",
            started.elapsed()
        );
    }
}
