//! How long a rendering takes, beside a process of the program whose library it is.

use std::process::{Command, Stdio};
use std::time::Duration;

use anyhow::{Result, ensure};
use signet_render::Cache;
use signet_tests::bench::{Table, median, median_of};
use signet_tests::tools;

use crate::material::{Source, chart, large_overlay, overlay, sealed_overlay};

const TURNS: usize = 31;

pub(crate) fn measure(table: &mut Table) -> Result<()> {
    let kustomize = || {
        let mut command = Command::new(tools::kustomize());
        command.arg("build");
        command
    };
    let helm = || {
        let mut command = Command::new(tools::helm());
        command.args(["template", "web", "--include-crds", "--namespace", "team-a"]);
        command
    };
    let milliseconds = |number| Some(Duration::from_millis(number));
    let overlay = Case::new("a small overlay", &overlay())?;
    overlay.beside(table, kustomize, milliseconds(25), true)?;
    let sealed = Case::new(
        "a small overlay with a sealed file, rendered twice",
        &sealed_overlay(),
    )?;
    sealed.beside(table, kustomize, None, true)?;
    let large = Case::new("an overlay of 100 resources", &large_overlay())?;
    large.beside(table, kustomize, milliseconds(300), false)?;
    let chart = Case::new("a small chart", &chart())?;
    chart.beside(table, helm, milliseconds(30), true)?;
    from_cache(table)
}

/// A source, and what is measured of it.
struct Case {
    what: &'static str,
    source: Source,
}

impl Case {
    fn new(what: &'static str, files: &[(String, String)]) -> Result<Self> {
        let source = Source::new(files)?;
        Ok(Self { what, source })
    }

    /// How long a rendering takes, and how many times faster that is than the program's process, which it is to beat where
    /// `faster` says so.
    fn beside(
        &self,
        table: &mut Table,
        program: impl Fn() -> Command,
        at_most: Option<Duration>,
        faster: bool,
    ) -> Result<()> {
        let Self { what, source } = self;
        if !table.wants(what) {
            return Ok(());
        }
        // Loads the guest.
        source.render()?;
        let theirs = || {
            let status = program()
                .arg(source.folder())
                .stdout(Stdio::null())
                .status()?;
            ensure!(status.success(), "{what}: {status}");
            Ok(())
        };
        let ours = || source.render().map(drop);
        let pair = median(TURNS, theirs, ours)?;
        table.within(what, Some(pair.theirs), pair.ours, at_most);
        if faster {
            table.times(&format!("{what}, beside the program"), pair, 1.0);
        }
        Ok(())
    }
}

/// What a source costs where nothing changed of it, at the same commit and at another.
#[expect(clippy::disallowed_methods, reason = "a benchmark takes the time")]
fn from_cache(table: &mut Table) -> Result<()> {
    let what = "100 resources that did not change";
    if !table.wants(what) {
        return Ok(());
    }
    let source = Source::new(&large_overlay())?;
    let cache = Cache::default();
    cache.render(&source.tree, &source.options)?;
    let ours = median_of(TURNS, || {
        // A tree of its own has read nothing yet.
        let tree = source.fresh_tree();
        let start = std::time::Instant::now();
        let desired = cache.render(&tree, &source.options)?;
        let took = start.elapsed();
        ensure!(desired.objects.len() == 101, "another rendering");
        Ok(took)
    })?;
    table.within(what, None, ours, Some(Duration::from_micros(50)));
    Ok(())
}
