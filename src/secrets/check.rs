//! The names of the offline checks that a rule may ask for, and what their parameters look like.
//!
//! In comes `"base64:32"`, out go the kind of check and its parameter. What a check does is in `confirm`. `build.rs` includes this file
//! too, so it knows nothing but the standard library.

/// Declares the checks: their variant, their name in a rule, and the parameter they take.
macro_rules! checks {
    ($($kind:ident $name:literal $parameter:ident,)*) => {
        /// What is checked.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub(crate) enum Kind { $(#[doc = $name] $kind),* }

        impl Kind {
            /// The names of all checks.
            pub(crate) const NAMES: &'static [&'static str] = &[$($name),*];

            fn named(name: &str) -> Option<(Self, Parameter)> {
                match name { $($name => Some((Self::$kind, Parameter::$parameter)),)* _ => None }
            }
        }
    };
}

/// What stands behind the colon.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Parameter {
    Never,
    Text,
    Maybe,
    Number,
    MaybeNumber,
    Decimal,
}

checks! {
    Crc32B62 "crc32-b62" Maybe,
    GitHubFineGrained "github-fine-grained" Never,
    GitLabRoutable "gitlab-routable" Never,
    Crc32HexUpper "crc32-hex-upper" Never,
    Crc32B62All "crc32-b62-all" Never,
    AzureEntra "azure-entra" Never,
    AzureKey "azure-key" Text,
    AzureDevOpsLegacy "azure-devops-legacy" Never,
    Crc32HexBody "crc32-hex-body" Never,
    Supabase "supabase" Never,
    Confluent "confluent" Never,
    Apify "apify" Never,
    Grafana "grafana" Never,
    Notion "notion" Never,
    Canva "canva" Never,
    Zuplo "zuplo" Never,
    Bech32 "bech32" Never,
    Nkey "nkey" Never,
    Stellar "stellar" Never,
    Base58Check "base58check" Never,
    Bip39 "bip39" Never,
    Macaroon "macaroon" Never,
    AwsId "aws-id" Never,
    AzureAnnotated "azure-annotated" Maybe,
    OpenAi "openai" Never,
    Pem "pem" Never,
    Jwt "jwt" Never,
    Discord "discord" Never,
    Uuid "uuid" Never,
    Uuid4 "uuid4" Never,
    Base64 "base64" MaybeNumber,
    Base64Text "base64-text" Text,
    Base64Json "base64-json" Maybe,
    Basic "basic" Never,
    Base32 "base32" MaybeNumber,
    Base58 "base58" Number,
    HexKey "hexkey" Text,
    ObjectId "objectid" Never,
    Ulid "ulid" Never,
    Ksuid "ksuid" Never,
    Snowflake "snowflake" Never,
    Mixed "mixed" Never,
    NotHex "not-hex" Never,
    Entropy "entropy" Decimal,
}

/// Why a text is not a check.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct CheckError {
    /// What is wrong.
    pub(crate) message: String,
    /// The name that is not known, where that is the matter.
    pub(crate) unknown: Option<String>,
}

/// Splits `"name:parameter"` and tells whether both are right.
pub(crate) fn parse(text: &str) -> Result<(Kind, &str), CheckError> {
    let (name, parameter) = text.split_once(':').unwrap_or((text, ""));
    let refuse = |message: String| {
        Err(CheckError {
            message,
            unknown: None,
        })
    };
    let Some((kind, wanted)) = Kind::named(name) else {
        return Err(CheckError {
            message: format!("unknown check `{name}`"),
            unknown: Some(name.to_owned()),
        });
    };
    let number = parameter.parse::<u16>().is_ok();
    match wanted {
        Parameter::Never if text.contains(':') => {
            refuse(format!("check `{name}` takes no parameter"))
        }
        Parameter::Text if parameter.is_empty() => refuse(format!(
            "check `{name}` needs a parameter, as in `{name}:…`"
        )),
        Parameter::Number if !number => {
            refuse(format!("check `{name}` needs a number, as in `{name}:32`"))
        }
        Parameter::MaybeNumber if !parameter.is_empty() && !number => refuse(format!(
            "the parameter of check `{name}` is a number, as in `{name}:32`"
        )),
        Parameter::Decimal if parameter.parse::<f64>().is_err() => {
            refuse(format!("check `{name}` needs a number, as in `{name}:3.0`"))
        }
        _ if kind == Kind::HexKey && parameter != "secp256k1" => {
            refuse(format!("check `{name}` knows the curve `secp256k1` only"))
        }
        _ => Ok((kind, parameter)),
    }
}
