//! Literals in program text.

#![expect(
    clippy::needless_raw_string_hashes,
    reason = "every row of a table is quoted alike"
)]

use super::{check_all, check_table};

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
        ("tests/test_a.py", r#"password = "password123""#),
        (
            "src/test/java/ATest.java",
            r#"user.setPassword("secret123");"#,
        ),
        ("locale/de.json", r#"{"password": "Passw0rt!x"}"#),
        ("package-lock.json", r#"{"token": "aB3dE5fG7hI9jK1lM3nO5"}"#),
        ("a.css", r#".token.string { color: "x1y2z3" }"#),
    ]);
}
