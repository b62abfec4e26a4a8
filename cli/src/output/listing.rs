//! Rows of things, as a table or for machines.

use super::Output;
use super::visible::{pretty_json, yaml};
use crate::failure::Result;
use clap::ValueEnum;
use serde_json::{Value, json};

/// How a listing is printed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// Columns for people
    #[default]
    Table,
    /// One JSON document
    Json,
    /// One YAML document
    Yaml,
    /// `kind/name`, one a line
    Name,
}

/// `-o`, for commands that list.
#[derive(Debug, Clone, Copy, clap::Args)]
pub(crate) struct FormatArgs {
    /// How to print the result
    #[arg(
        short = 'o',
        long = "output",
        alias = "format",
        value_name = "FORMAT",
        value_enum,
        default_value_t
    )]
    pub(crate) format: Format,
}

/// Things of which each has a kind, a name, cells for the table and a value for machines.
pub(crate) struct Listing {
    columns: &'static [&'static str],
    rows: Vec<Row>,
}

/// One thing.
pub(crate) struct Row {
    /// `kind/name`
    pub(crate) name: String,
    /// One cell for each column.
    pub(crate) cells: Vec<String>,
    /// The same, and possibly more, for machines.
    pub(crate) value: Value,
}

impl Listing {
    /// An empty listing with these columns.
    pub(crate) fn new(columns: &'static [&'static str]) -> Self {
        Self {
            columns,
            rows: Vec::new(),
        }
    }

    /// Adds one thing.
    pub(crate) fn push(&mut self, row: Row) {
        self.rows.push(row);
    }

    /// Prints it as the person asked.
    pub(crate) fn print(&self, out: &Output, format: Format) -> Result<()> {
        Ok(out.text(&self.text(format)?)?)
    }

    fn text(&self, format: Format) -> Result<String> {
        Ok(match format {
            Format::Table => self.table(),
            Format::Json => pretty_json(&self.items())?,
            Format::Yaml => yaml(&self.items())?,
            Format::Name => self.names(),
        })
    }

    fn names(&self) -> String {
        let names = self.rows.iter().map(|row| row.name.as_str());
        names.flat_map(|name| [name, "\n"]).collect()
    }

    fn items(&self) -> Value {
        json!({"items": self.rows.iter().map(|row| &row.value).collect::<Vec<_>>()})
    }

    fn table(&self) -> String {
        let header: Vec<String> = self.columns.iter().map(ToString::to_string).collect();
        let lines: Vec<&[String]> = std::iter::once(header.as_slice())
            .chain(self.rows.iter().map(|row| row.cells.as_slice()))
            .collect();
        let widths: Vec<usize> = (0..self.columns.len())
            .map(|column| {
                lines
                    .iter()
                    .map(|line| width(line, column))
                    .max()
                    .unwrap_or(0)
            })
            .collect();
        lines.iter().map(|line| aligned(line, &widths)).collect()
    }
}

fn width(line: &[String], column: usize) -> usize {
    line.get(column).map_or(0, |cell| cell.chars().count())
}

/// The line with three spaces between columns, as kubectl prints it, and none at its end.
fn aligned(line: &[String], widths: &[usize]) -> String {
    let cells = line.iter().zip(widths);
    let padded: Vec<String> = cells
        .map(|(cell, width)| format!("{cell:<width$}"))
        .collect();
    format!("{}\n", padded.join("   ").trim_end())
}

#[cfg(test)]
mod tests {
    use super::{Format, Listing, Row};
    use serde_json::json;

    fn listing() -> Listing {
        let mut listing = Listing::new(&["NAME", "RECIPIENT"]);
        for (name, recipient) in [("prod", "age1abc"), ("staging", "age1d")] {
            listing.push(Row {
                name: format!("cluster/{name}"),
                cells: vec![name.to_owned(), recipient.to_owned()],
                value: json!({"name": name}),
            });
        }
        listing
    }

    #[test]
    fn aligns_columns_without_trailing_spaces() {
        let text = listing().text(Format::Table).expect("a table");
        assert_eq!(
            text,
            "NAME      RECIPIENT\nprod      age1abc\nstaging   age1d\n"
        );
    }

    #[test]
    fn names_are_one_a_line() {
        let text = listing().text(Format::Name).expect("names");
        assert_eq!(text, "cluster/prod\ncluster/staging\n");
    }

    #[test]
    fn json_carries_the_items() {
        let text = listing().text(Format::Json).expect("json");
        let parsed: serde_json::Value = serde_json::from_str(&text).expect("valid JSON");
        assert_eq!(parsed["items"][1]["name"], "staging");
    }
}
