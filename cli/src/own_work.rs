//! What Signet wrote into a work tree: until it is committed, nothing but this says that nobody else put it there.

use crate::repository::Repository;
use signet_api::RepoPath;
use signet_envelope::is_sealed;
use std::collections::BTreeMap;
use std::fs::{self, File, OpenOptions};
use std::io::{self, BufRead, BufReader, BufWriter, Seek, SeekFrom, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

/// Bytes of all texts, some 30,000 small files. What is forgotten is asked about.
const LARGEST: usize = 64 << 20;

/// Bytes of one text: an agent reads no larger file.
const LARGEST_TEXT: usize = 16 << 20;

/// The last sealed text that Signet wrote in each place since HEAD is what it is, kept in the folder that Git has for the work
/// tree, where no fetch or checkout writes.
#[derive(Debug, Clone, Default)]
pub(crate) struct OwnWork {
    /// A line that names HEAD, then one for each text, of which the last of a path counts. Nothing outside a clone.
    list: Option<PathBuf>,
    /// What is checked out. While it is another commit nothing of before counts, which would bring back what was done away with, and
    /// the first text that is written there takes its place.
    head: String,
    /// What the list holds, once it was asked for.
    texts: Arc<OnceLock<Texts>>,
}

/// Texts by their paths.
type Texts = BTreeMap<String, String>;

impl OwnWork {
    /// That of a work tree.
    pub(crate) fn of(repository: &Repository) -> Self {
        let head = repository.resolve("HEAD").ok();
        Self {
            list: Some(repository.store().git_dir().join("signet/written")),
            head: head.map(|head| head.to_string()).unwrap_or_default(),
            texts: Arc::default(),
        }
    }

    /// That of a list, while this is checked out.
    #[cfg(test)]
    pub(crate) fn listed_in(list: PathBuf, head: &str) -> Self {
        Self {
            list: Some(list),
            head: head.to_owned(),
            texts: Arc::default(),
        }
    }

    /// What Signet wrote last in this place since HEAD is what it is.
    pub(crate) fn last(&self, path: &RepoPath) -> Option<&str> {
        let texts = self.texts.get_or_init(|| self.read().unwrap_or_default());
        let text = texts.get(path.as_str()).map(String::as_str);
        text.filter(|text| !text.is_empty())
    }

    /// Records texts that Signet is about to put in place, if they are sealed. What is put back since another file could not be
    /// written stays recorded: Signet made those texts too, and nobody else could have.
    ///
    /// # Errors
    /// Those of writing to the clone. Nothing is in place then, and may be put there all the same: a person is asked about what
    /// is not recorded.
    pub(crate) fn record<'t>(
        &self,
        texts: impl IntoIterator<Item = (&'t RepoPath, &'t str)>,
    ) -> io::Result<()> {
        let Some(list) = &self.list else {
            return Ok(());
        };
        let texts = texts.into_iter().map(|(path, text)| (path.as_str(), text));
        let recorded = self.write(list, &bounded(texts));
        if recorded.is_err() {
            // What was written before this vouches for it no longer.
            let _ = fs::remove_file(list);
        }
        recorded
    }

    fn write(&self, list: &Path, new: &[(&str, &str)]) -> io::Result<()> {
        if let Some(folder) = list.parent() {
            fs::create_dir_all(folder)?;
        }
        let mut options = OpenOptions::new();
        options.read(true).write(true).create(true).truncate(false);
        let mut list = options.mode(0o600).open(list)?;
        list.lock()?;
        let length = usize::try_from(list.metadata()?.len()).unwrap_or(LARGEST);
        if self.is_of_head(&list)? && length + size(new) <= LARGEST {
            list.seek(SeekFrom::End(0))?;
            // Whoever was killed while they wrote has left a line without an end.
            list.write_all(b"\n")?;
            return write_lines(&list, new);
        }
        // Without what does not count any more: of another HEAD, or before a later text of its path.
        let mut texts = self.texts_in(&list)?;
        for (path, _) in new {
            texts.remove(*path);
        }
        let before = texts.iter().map(|(path, text)| (&path[..], &text[..]));
        let before: Vec<_> = before.collect();
        list.set_len(0)?;
        list.seek(SeekFrom::Start(0))?;
        list.write_all(self.first_line().as_bytes())?;
        if size(&before) + size(new) <= LARGEST {
            write_lines(&list, &before)?;
        }
        write_lines(&list, new)
    }

    fn read(&self) -> io::Result<Texts> {
        let Some(list) = &self.list else {
            return Ok(Texts::new());
        };
        let list = File::open(list)?;
        list.lock_shared()?;
        self.texts_in(&list)
    }

    /// The last text of each path; nothing of a list of another HEAD.
    fn texts_in(&self, mut list: &File) -> io::Result<Texts> {
        if !self.is_of_head(list)? {
            return Ok(Texts::new());
        }
        list.seek(SeekFrom::Start(0))?;
        let mut texts = Texts::new();
        for line in BufReader::new(list).split(b'\n').skip(1) {
            // One that was cut short is none.
            if let Ok((path, text)) = serde_json::from_slice::<(String, String)>(&line?) {
                texts.insert(path, text);
            }
        }
        Ok(texts)
    }

    fn is_of_head(&self, mut list: &File) -> io::Result<bool> {
        list.seek(SeekFrom::Start(0))?;
        let mut line = Vec::new();
        let most = self.first_line().len() as u64;
        BufReader::new(io::Read::take(list, most)).read_until(b'\n', &mut line)?;
        Ok(line == self.first_line().as_bytes())
    }

    fn first_line(&self) -> String {
        format!("HEAD {}\n", self.head)
    }
}

/// The texts that are kept; of the others nothing, in the place of what was written there before.
fn bounded<'t>(texts: impl Iterator<Item = (&'t str, &'t str)>) -> Vec<(&'t str, &'t str)> {
    let mut left = LARGEST;
    let bounded = texts.map(|(path, text)| {
        let is_kept = text.len() <= left.min(LARGEST_TEXT) && is_sealed(text.as_bytes());
        let text = if is_kept { text } else { "" };
        left -= text.len();
        (path, text)
    });
    bounded.collect()
}

fn size(texts: &[(&str, &str)]) -> usize {
    let sizes = texts.iter().map(|(path, text)| path.len() + text.len());
    sizes.sum()
}

fn write_lines(list: &File, texts: &[(&str, &str)]) -> io::Result<()> {
    let mut list = BufWriter::new(list);
    for text in texts {
        serde_json::to_writer(&mut list, text)?;
        list.write_all(b"\n")?;
    }
    list.flush()
}

#[cfg(test)]
mod tests;
