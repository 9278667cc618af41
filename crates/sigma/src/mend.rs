//! What the engine reads otherwise than the specification is written in other words before it is compiled: values at
//! any base64 offset, wildcards over several lines, and keywords with modifiers or numbers.

use rsigma_parser::{Detection, DetectionItem, Modifier, SigmaRule, SigmaString, SigmaValue, SpecialChar, StringPart};
use vauban_model::base64_at_each_offset;

/// The rule in words that the engine reads as they are meant.
pub(crate) fn mend(mut rule: SigmaRule) -> Result<SigmaRule, String> {
    for detection in rule.detection.named.values_mut() {
        mend_detection(detection)?;
    }
    Ok(rule)
}

fn mend_detection(detection: &mut Detection) -> Result<(), String> {
    match detection {
        Detection::AllOf(items) => items.iter_mut().try_for_each(mend_item),
        // Its depth is bounded by the YAML reader.
        Detection::AnyOf(list) => list.iter_mut().try_for_each(mend_detection),
        Detection::Keywords(values) => {
            values.iter_mut().for_each(number_to_text);
            Ok(())
        }
        _ => Ok(()),
    }
}

fn mend_item(item: &mut DetectionItem) -> Result<(), String> {
    use Modifier::{All, Base64Offset, Cased, Contains, EndsWith, Re, StartsWith, Utf16, Utf16be, Wide};
    let only =
        |item: &DetectionItem, allowed: &[Modifier]| item.field.modifiers.iter().all(|one| allowed.contains(one));
    if item.field.name.is_none() {
        // A keyword stands anywhere in a value.
        item.values.iter_mut().for_each(number_to_text);
        if only(item, &[All, Cased]) {
            item.field.modifiers.push(Contains);
        }
    }
    if item.field.has_modifier(Base64Offset) {
        if item.field.has_modifier(All) && item.values.len() > 1 {
            return Err("all together with base64offset is not evaluated".to_owned());
        }
        if !only(item, &[Base64Offset, Contains, Wide, Utf16, Utf16be, All]) {
            return Err("base64offset with these modifiers is not evaluated".to_owned());
        }
        let texts = item.values.iter().map(|value| plain(value).ok_or("base64offset of a value with wildcards"));
        let texts = texts.collect::<Result<Vec<_>, _>>()?;
        let encoded = texts.iter().flat_map(|text| base64_at_each_offset(&coded(text, &item.field.modifiers)));
        let encoded = encoded.filter(|text| !text.is_empty());
        item.values = encoded.map(|text| SigmaValue::String(literal(text))).collect();
        item.field.modifiers = vec![Contains, Cased];
    } else if only(item, &[All, Cased, Contains, StartsWith, EndsWith]) && item.field.name.is_some() {
        let strings = item.values.iter().map(|value| match value {
            SigmaValue::String(text) => Some(text),
            _ => None,
        });
        let Some(strings) = strings.collect::<Option<Vec<_>>>() else { return Ok(()) };
        // `*` alone asks whether there is a value, which the engine knows.
        if strings.iter().all(|text| !spans(text)) {
            return Ok(());
        }
        let has = |modifier| item.field.has_modifier(modifier);
        let (open, close) = (has(Contains) || has(EndsWith), has(Contains) || has(StartsWith));
        let fold = if has(Cased) { "s" } else { "is" };
        let expressions = strings.iter().map(|text| {
            let body: String = text.parts.iter().map(expression).collect();
            let (start, end) = (if open { "" } else { r"\A" }, if close { "" } else { r"\z" });
            SigmaValue::String(literal(format!("(?{fold}){start}{body}{end}")))
        });
        item.values = expressions.collect();
        item.field.modifiers = if has(All) { vec![Re, All] } else { vec![Re] };
    }
    Ok(())
}

/// Whether a wildcard in it could have to span lines.
fn spans(text: &SigmaString) -> bool {
    text.parts.len() > 1 && text.parts.iter().any(|part| matches!(part, StringPart::Special(_)))
}

fn expression(part: &StringPart) -> String {
    match part {
        StringPart::Plain(text) => regex::escape(text),
        StringPart::Special(SpecialChar::WildcardMulti) => ".*".to_owned(),
        StringPart::Special(SpecialChar::WildcardSingle) => ".".to_owned(),
    }
}

fn number_to_text(value: &mut SigmaValue) {
    if let SigmaValue::Integer(number) = value {
        *value = SigmaValue::String(literal(number.to_string()));
    }
}

fn literal(text: String) -> SigmaString {
    SigmaString { parts: vec![StringPart::Plain(text.clone())], original: text }
}

fn plain(value: &SigmaValue) -> Option<String> {
    match value {
        SigmaValue::String(text) => text
            .parts
            .iter()
            .map(|part| match part {
                StringPart::Plain(text) => Some(text.as_str()),
                StringPart::Special(_) => None,
            })
            .collect(),
        SigmaValue::Integer(number) => Some(number.to_string()),
        _ => None,
    }
}

/// The bytes of a text in the coding that the modifiers ask for.
fn coded(text: &str, modifiers: &[Modifier]) -> Vec<u8> {
    let little = |text: &str| text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<_>>();
    if modifiers.contains(&Modifier::Utf16be) {
        text.encode_utf16().flat_map(u16::to_be_bytes).collect()
    } else if modifiers.contains(&Modifier::Utf16) {
        [vec![0xff, 0xfe], little(text)].concat()
    } else if modifiers.contains(&Modifier::Wide) {
        little(text)
    } else {
        text.as_bytes().to_vec()
    }
}
