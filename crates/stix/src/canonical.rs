//! One way to write a value: RFC 8785. The same value is the same bytes, whoever writes it.

use std::fmt::Write as _;

use serde_json::{Map, Value};

/// Writes a value with its keys in order (of UTF-16, section 3.2.3), without spaces, and numbers as ECMAScript writes them.
#[must_use]
pub fn canonical(value: &Value) -> String {
    let mut text = String::new();
    write(value, &mut text);
    text
}

fn write(value: &Value, text: &mut String) {
    match value {
        Value::Object(map) => write_map(map, text),
        Value::Array(items) => {
            text.push('[');
            for (index, item) in items.iter().enumerate() {
                if index > 0 {
                    text.push(',');
                }
                write(item, text);
            }
            text.push(']');
        }
        Value::Number(number) if number.is_f64() => write_float(number.as_f64().unwrap_or_default(), text),
        plain => text.push_str(&plain.to_string()),
    }
}

fn write_map(map: &Map<String, Value>, text: &mut String) {
    let mut members: Vec<_> = map.iter().collect();
    members.sort_by(|(a, _), (b, _)| a.encode_utf16().cmp(b.encode_utf16()));
    text.push('{');
    for (index, (key, value)) in members.into_iter().enumerate() {
        if index > 0 {
            text.push(',');
        }
        text.push_str(&Value::from(key.as_str()).to_string());
        text.push(':');
        write(value, text);
    }
    text.push('}');
}

/// Section 3.2.2.3: the shortest digits, and an exponent outside of 1e-7 to 1e21.
fn write_float(number: f64, text: &mut String) {
    let shortest = format!("{number:e}");
    let (digits, exponent) = shortest.split_once('e').unwrap_or((&shortest, "0"));
    let exponent: i32 = exponent.parse().unwrap_or_default();
    let _ = match exponent {
        // There is one zero.
        _ if number == 0.0 => write!(text, "0"),
        -6..21 => write!(text, "{number}"),
        _ if exponent < 0 => write!(text, "{digits}e{exponent}"),
        _ => write!(text, "{digits}e+{exponent}"),
    };
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_same_value_is_the_same_text() {
        let value = json!({"b": [1, 2.5, -0.0, 1e21, 1e-7, 100.0, 1e20], "a": {"\u{20ac}": "\u{7}\"\\", "\u{1f600}": null, "\u{fb33}": true}});
        // The smile comes before U+FB33: its first unit of UTF-16 is smaller.
        let expected = "{\"a\":{\"\u{20ac}\":\"\\u0007\\\"\\\\\",\"\u{1f600}\":null,\"\u{fb33}\":true},\"b\":[1,2.5,0,1e+21,1e-7,100,100000000000000000000]}";
        assert_eq!(canonical(&value), expected);
    }
}
