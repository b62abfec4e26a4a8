//! Findings as SARIF 2.1.0: <https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html>.

use crate::inspection::finding::{Finding, Kind};
use data_encoding::HEXLOWER;
use serde_json::{Value, json};
use std::fmt::Write;

const SCHEMA: &str = "https://json.schemastore.org/sarif-2.1.0.json";

/// The log of one run.
pub(super) fn log(findings: &[Finding]) -> Value {
    json!({
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [{
            "tool": {"driver": {
                "name": "signet",
                "semanticVersion": env!("CARGO_PKG_VERSION"),
                "rules": Kind::ALL.iter().copied().map(rule).collect::<Vec<_>>(),
            }},
            "columnKind": "unicodeCodePoints",
            "results": findings.iter().map(result).collect::<Vec<_>>(),
        }],
    })
}

fn rule(kind: Kind) -> Value {
    json!({
        "id": kind.id(),
        "shortDescription": {"text": kind.what()},
        "help": {"text": kind.remedy()},
        "defaultConfiguration": {"level": kind.level().as_str()},
    })
}

fn result(finding: &Finding) -> Value {
    let index = Kind::ALL.iter().position(|kind| *kind == finding.kind);
    // Code scanning shows nothing without a line; the whole file begins with its first.
    let (line, column) = finding.at.map_or((1, 1), |at| (at.line, at.column));
    json!({
        "ruleId": finding.kind.id(),
        "ruleIndex": index,
        "level": finding.kind.level().as_str(),
        "message": {"text": format!("{}. To do: {}", finding.problem, finding.remedy())},
        "locations": [{"physicalLocation": {
            "artifactLocation": {"uri": uri(&finding.path), "uriBaseId": "%SRCROOT%"},
            "region": {"startLine": line, "startColumn": column},
        }}],
        "partialFingerprints": {"signet/v1": fingerprint(finding)},
    })
}

/// The same for a finding that moved to another line.
fn fingerprint(finding: &Finding) -> String {
    let text = [finding.kind.id(), &finding.path, &finding.problem].join("\0");
    // FNV-1a: it tells findings apart, nothing relies on it.
    let hash = text.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3)
    });
    HEXLOWER.encode(&hash.to_be_bytes())
}

/// The path as a relative reference of RFC 3986.
fn uri(path: &str) -> String {
    let mut uri = String::new();
    for byte in path.bytes() {
        match byte {
            b'/' | b'-' | b'.' | b'_' | b'~' => uri.push(char::from(byte)),
            _ if byte.is_ascii_alphanumeric() => uri.push(char::from(byte)),
            _ => write!(uri, "%{byte:02X}").expect("a string takes everything"),
        }
    }
    uri
}

#[cfg(test)]
mod tests {
    use super::{log, uri};
    use crate::inspection::finding::{Finding, Kind};

    #[test]
    fn a_path_is_a_relative_reference_whatever_its_letters() {
        assert_eq!(uri("a b/ü:c%.yaml"), "a%20b/%C3%BC%3Ac%25.yaml");
    }

    #[test]
    fn a_finding_without_a_place_stands_at_the_beginning_of_its_file() {
        let path = "db.yaml".parse().unwrap();
        let log = log(&[Finding::new(Kind::NotSealed, &path, None, "x")]);
        let location = &log["runs"][0]["results"][0]["locations"][0]["physicalLocation"];
        assert_eq!(location["region"]["startLine"], 1);
        assert_eq!(location["artifactLocation"]["uri"], "db.yaml");
    }
}
