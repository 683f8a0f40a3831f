//! The JSON Schema of the configuration.

use serde_json::{Value, json};

use super::TestFolder;

/// The schema that the program prints, against the schema of its dialect and then as a validator.
fn is_valid(configuration: &Value) -> bool {
    let ran = TestFolder::new().run(&["schema"]);
    assert_eq!((ran.code, ran.err.as_str()), (Some(0), ""));
    let schema: Value = serde_json::from_str(&ran.out).unwrap();
    assert_eq!(schema["$schema"], "https://json-schema.org/draft/2020-12/schema");
    let (mut schemas, mut compiler) = (boon::Schemas::new(), boon::Compiler::new());
    compiler.add_resource("vincula.schema.json", schema).unwrap();
    let index = compiler.compile("vincula.schema.json", &mut schemas).unwrap();
    schemas.validate(configuration, index).is_ok()
}

fn example() -> Value {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/deploy/vincula.example.toml");
    // Each line of a key that is commented out is a part of the example.
    let text = std::fs::read_to_string(path).unwrap();
    let is_key = |line: &str| line.starts_with("#[") || line.starts_with('#') && line.contains(" = ");
    let lines = text.lines().map(|line| if is_key(line) { &line[1..] } else { line });
    toml::from_str(&lines.collect::<Vec<_>>().join("\n")).unwrap()
}

#[test]
fn the_example_is_valid() {
    assert!(is_valid(&example()));
}

#[test]
fn a_wrong_key_or_value_is_invalid() {
    for (section, key, value) in [
        ("/server", "listn", json!("127.0.0.1:8080")),
        ("/server", "max_connections", json!(0)),
        ("/server", "max_connections", json!("1024")),
        ("/instances/main", "locale", json!("klingon")),
        ("/instances/main", "token", json!("beside token_file")),
        ("/instances/main", "verify", json!("some")),
        ("/instances/main/verify", "hmac", json!({ "secret": "x" })),
        ("/instances/main/admins/ana", "commands", json!("*")),
        ("", "banana", json!({})),
    ] {
        let mut configuration = example();
        configuration.pointer_mut(section).unwrap()[key] = value;
        assert!(!is_valid(&configuration), "{section} {key}");
    }
    let mut open = example();
    open["instances"]["main"]["verify"] = json!("none");
    assert!(is_valid(&open));
}
