//! Every test, one file an id. The name of a file starts with the id, so that `B605` is found by typing `b605`.
//!
//! To add one, write the file and its two lines here; `tests/it/findability.rs` says if a line is missing.

mod b101_assert_used;
mod b102_exec_used;
mod b103_set_bad_file_permissions;
mod b104_hardcoded_bind_all_interfaces;
mod b105_hardcoded_password_string;
mod b106_hardcoded_password_funcarg;
mod b107_hardcoded_password_default;
mod b108_hardcoded_tmp_directory;
mod b110_try_except_pass;
mod b112_try_except_continue;
mod b113_request_without_timeout;
mod b201_flask_debug_true;
mod b202_tarfile_unsafe_members;
mod b301_pickle;
mod b302_marshal;
mod b303_md5;
mod b304_ciphers;
mod b305_cipher_modes;
mod b306_mktemp_q;
mod b307_eval;
mod b308_mark_safe;
mod b310_urllib_urlopen;
mod b311_random;
mod b312_telnetlib;
mod b313_xml_bad_celementtree;
mod b314_xml_bad_elementtree;
mod b315_xml_bad_expatreader;
mod b316_xml_bad_expatbuilder;
mod b317_xml_bad_sax;
mod b318_xml_bad_minidom;
mod b319_xml_bad_pulldom;
mod b321_ftplib;
mod b323_unverified_context;
mod b324_hashlib_insecure_functions;
mod b401_import_telnetlib;
mod b402_import_ftplib;
mod b403_import_pickle;
mod b404_import_subprocess;
mod b405_import_xml_etree;
mod b406_import_xml_sax;
mod b407_import_xml_expat;
mod b408_import_xml_minidom;
mod b409_import_xml_pulldom;
mod b411_import_xmlrpclib;
mod b412_import_httpoxy;
mod b413_import_pycrypto;
mod b415_import_pyghmi;
mod b501_request_with_no_cert_validation;
mod b502_ssl_with_bad_version;
mod b503_ssl_with_bad_defaults;
mod b504_ssl_with_no_version;
mod b505_weak_cryptographic_key;
mod b506_yaml_load;
mod b507_ssh_no_host_key_verification;
mod b508_snmp_insecure_version;
mod b509_snmp_weak_cryptography;
mod b601_paramiko_calls;
mod b602_subprocess_popen_with_shell_equals_true;
mod b603_subprocess_without_shell_equals_true;
mod b604_any_other_function_with_shell_equals_true;
mod b605_start_process_with_a_shell;
mod b606_start_process_with_no_shell;
mod b607_start_process_with_partial_path;
mod b608_hardcoded_sql_expressions;
mod b609_linux_commands_wildcard_injection;
mod b610_django_extra_used;
mod b611_django_rawsql_used;
mod b612_logging_config_insecure_listen;
mod b613_trojansource;
mod b614_pytorch_load;
mod b615_huggingface_unsafe_download;
mod b701_jinja2_autoescape_false;
mod b702_use_of_mako_templates;
mod b703_django_mark_safe;
mod b704_markupsafe_markup_xss;

use super::check::Test;

/// The manual pages, made from the headers of the files.
mod page {
    use crate::bandit::check::Page;

    include!(concat!(env!("OUT_DIR"), "/pages.rs"));
}

/// What a test wants to hand.
mod prelude {
    pub(super) use ruff_python_ast::{Expr, Stmt};

    pub(super) use super::page;
    pub(super) use crate::bandit::call::Call;
    pub(super) use crate::bandit::check::{Callee, Context, Found, Listed, On, Test, Text};
    pub(super) use crate::bandit::literal::Value;
    pub(super) use crate::bandit::tree::Node;
    pub(super) use crate::finding::{Confidence, Severity};
}

/// Every test, sorted by id.
pub(super) static ALL: [&Test; 75] = [
    &b101_assert_used::TEST,
    &b102_exec_used::TEST,
    &b103_set_bad_file_permissions::TEST,
    &b104_hardcoded_bind_all_interfaces::TEST,
    &b105_hardcoded_password_string::TEST,
    &b106_hardcoded_password_funcarg::TEST,
    &b107_hardcoded_password_default::TEST,
    &b108_hardcoded_tmp_directory::TEST,
    &b110_try_except_pass::TEST,
    &b112_try_except_continue::TEST,
    &b113_request_without_timeout::TEST,
    &b201_flask_debug_true::TEST,
    &b202_tarfile_unsafe_members::TEST,
    &b301_pickle::TEST,
    &b302_marshal::TEST,
    &b303_md5::TEST,
    &b304_ciphers::TEST,
    &b305_cipher_modes::TEST,
    &b306_mktemp_q::TEST,
    &b307_eval::TEST,
    &b308_mark_safe::TEST,
    &b310_urllib_urlopen::TEST,
    &b311_random::TEST,
    &b312_telnetlib::TEST,
    &b313_xml_bad_celementtree::TEST,
    &b314_xml_bad_elementtree::TEST,
    &b315_xml_bad_expatreader::TEST,
    &b316_xml_bad_expatbuilder::TEST,
    &b317_xml_bad_sax::TEST,
    &b318_xml_bad_minidom::TEST,
    &b319_xml_bad_pulldom::TEST,
    &b321_ftplib::TEST,
    &b323_unverified_context::TEST,
    &b324_hashlib_insecure_functions::TEST,
    &b401_import_telnetlib::TEST,
    &b402_import_ftplib::TEST,
    &b403_import_pickle::TEST,
    &b404_import_subprocess::TEST,
    &b405_import_xml_etree::TEST,
    &b406_import_xml_sax::TEST,
    &b407_import_xml_expat::TEST,
    &b408_import_xml_minidom::TEST,
    &b409_import_xml_pulldom::TEST,
    &b411_import_xmlrpclib::TEST,
    &b412_import_httpoxy::TEST,
    &b413_import_pycrypto::TEST,
    &b415_import_pyghmi::TEST,
    &b501_request_with_no_cert_validation::TEST,
    &b502_ssl_with_bad_version::TEST,
    &b503_ssl_with_bad_defaults::TEST,
    &b504_ssl_with_no_version::TEST,
    &b505_weak_cryptographic_key::TEST,
    &b506_yaml_load::TEST,
    &b507_ssh_no_host_key_verification::TEST,
    &b508_snmp_insecure_version::TEST,
    &b509_snmp_weak_cryptography::TEST,
    &b601_paramiko_calls::TEST,
    &b602_subprocess_popen_with_shell_equals_true::TEST,
    &b603_subprocess_without_shell_equals_true::TEST,
    &b604_any_other_function_with_shell_equals_true::TEST,
    &b605_start_process_with_a_shell::TEST,
    &b606_start_process_with_no_shell::TEST,
    &b607_start_process_with_partial_path::TEST,
    &b608_hardcoded_sql_expressions::TEST,
    &b609_linux_commands_wildcard_injection::TEST,
    &b610_django_extra_used::TEST,
    &b611_django_rawsql_used::TEST,
    &b612_logging_config_insecure_listen::TEST,
    &b613_trojansource::TEST,
    &b614_pytorch_load::TEST,
    &b615_huggingface_unsafe_download::TEST,
    &b701_jinja2_autoescape_false::TEST,
    &b702_use_of_mako_templates::TEST,
    &b703_django_mark_safe::TEST,
    &b704_markupsafe_markup_xss::TEST,
];
