//! What is found on a machine: processes, software, accounts, the registry, certificates.

use super::{
    super::{
        kind::{BOOLEAN, Form, HASHES, INTEGER, Kind, Least, Property, Shape, TEXT, TIME, may, must, reference},
        types::Type,
        vocabulary as words,
    },
    extensions::{OF_PROCESS, OF_USER_ACCOUNT},
    observable,
};

pub(crate) const TYPES: &[&Type] = &[
    &observable(
        "process",
        "6.13",
        Least::AnyOneOrExtension,
        &[
            may("is_hidden", BOOLEAN),
            may("pid", INTEGER),
            may("created_time", TIME),
            may("cwd", TEXT),
            may("command_line", TEXT),
            may("environment_variables", Kind::Dictionary(&TEXT)),
            may("opened_connection_refs", Kind::List(&reference(&["network-traffic"]))),
            may("creator_user_ref", ACCOUNT),
            may("image_ref", reference(&["file"])),
            may("parent_ref", reference(&["process"])),
            may("child_refs", Kind::List(&reference(&["process"]))),
        ],
        OF_PROCESS,
    ),
    &observable(
        "software",
        "6.14",
        Least::Required,
        &[
            must("name", TEXT),
            may("cpe", Kind::Form(Form::Cpe)),
            may("swid", TEXT),
            may("languages", Kind::List(&Kind::Language)),
            may("vendor", TEXT),
            may("version", TEXT),
        ],
        &[],
    ),
    &observable(
        "user-account",
        "6.16",
        Least::AnyOneOrExtension,
        &[
            may("user_id", TEXT),
            may("credential", TEXT),
            may("account_login", TEXT),
            may("account_type", Kind::Open(&words::ACCOUNT_TYPE)),
            may("display_name", TEXT),
            may("is_service_account", BOOLEAN),
            may("is_privileged", BOOLEAN),
            may("can_escalate_privs", BOOLEAN),
            may("is_disabled", BOOLEAN),
            may("account_created", TIME),
            may("account_expires", TIME),
            may("credential_last_changed", TIME),
            may("account_first_login", TIME),
            may("account_last_login", TIME),
        ],
        OF_USER_ACCOUNT,
    ),
    &observable(
        "windows-registry-key",
        "6.17",
        Least::AnyOne,
        &[
            may("key", Kind::Form(Form::RegistryKey)),
            may("values", Kind::List(&Kind::Structure(&REGISTRY_VALUE))),
            may("modified_time", TIME),
            may("creator_user_ref", ACCOUNT),
            may("number_of_subkeys", INTEGER),
        ],
        &[],
    ),
    &observable(
        "x509-certificate",
        "6.18",
        Least::AnyOne,
        &[
            may("is_self_signed", BOOLEAN),
            may("hashes", HASHES),
            may("version", TEXT),
            may("serial_number", TEXT),
            may("signature_algorithm", TEXT),
            may("issuer", TEXT),
            may("validity_not_before", TIME),
            may("validity_not_after", TIME),
            may("subject", TEXT),
            may("subject_public_key_algorithm", TEXT),
            may("subject_public_key_modulus", TEXT),
            may("subject_public_key_exponent", INTEGER),
            may("x509_v3_extensions", Kind::Structure(&X509_V3)),
        ],
        &[],
    ),
];

const ACCOUNT: Kind = reference(&["user-account"]);

const REGISTRY_VALUE: Shape = Shape {
    section: "6.17.2",
    properties: &[may("name", TEXT), may("data", TEXT), may("data_type", Kind::Enumeration(&words::REGISTRY_DATATYPE))],
    least: Least::AnyOne,
    closed: true,
};

const X509_V3: Shape = Shape { section: "6.18.2", properties: X509_V3_PROPERTIES, least: Least::AnyOne, closed: true };

const X509_V3_PROPERTIES: &[Property] = &[
    may("basic_constraints", TEXT),
    may("name_constraints", TEXT),
    may("policy_constraints", TEXT),
    may("key_usage", TEXT),
    may("extended_key_usage", TEXT),
    may("subject_key_identifier", TEXT),
    may("authority_key_identifier", TEXT),
    may("subject_alternative_name", TEXT),
    may("issuer_alternative_name", TEXT),
    may("subject_directory_attributes", TEXT),
    may("crl_distribution_points", TEXT),
    may("inhibit_any_policy", TEXT),
    may("private_key_usage_period_not_before", TIME),
    may("private_key_usage_period_not_after", TIME),
    may("certificate_policies", TEXT),
    may("policy_mappings", TEXT),
];
