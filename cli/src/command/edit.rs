//! `signet edit`: the plaintext in the person's editor, and sealed again.

mod editor;
mod kept;

use crate::audience::AudienceArgs;
use crate::change::{ChangeArgs, OpenedFile};
use crate::consent::offer;
use crate::failure::{Failure, Result};
use crate::files;
use crate::output::Output;
use crate::output::shell::word;
use crate::private_folder::PrivateFolder;
use crate::session::Session;
use editor::Editor;
use std::path::PathBuf;

/// Edit what a sealed file holds, or make one: what changed is sealed, all other ciphertext stays
#[derive(clap::Args)]
#[command(
    after_help = "The editor is SOPS_EDITOR, VISUAL or EDITOR, with its arguments (\"code --wait\"), else vim, nano or vi.\n\
    It gets a file in memory (in $XDG_RUNTIME_DIR or /dev/shm) that is overwritten and removed afterwards, and vim is told to \
    keep no copies. What another editor keeps elsewhere (history, backups) is for its own settings to stop.\n\
    Nothing is written if the text is as it was, or if the editor ends with an error (`:cq` in vim). If the file changed \
    meanwhile, what was typed is kept sealed beside it; if that cannot be written, in the folder that the editor had.\n\n\
    Example:\n  signet edit tenants/team-a/prod/db.yaml\n  EDITOR=\"code --wait\" signet edit tenants/team-a/prod/db.yaml"
)]
pub(crate) struct Edit {
    /// The file; one that is in the clear, or not there yet, is sealed afterwards
    file: PathBuf,
    /// Where nothing is kept in memory, give the editor a file on a disk: wiping may leave copies of it
    #[arg(long)]
    allow_disk: bool,
    #[command(flatten)]
    audience: AudienceArgs,
    #[command(flatten)]
    change: ChangeArgs,
}

impl Edit {
    /// Runs the editor until its text can be sealed or the person gives up.
    pub(crate) fn run(self, session: &Session) -> Result<()> {
        let out = &session.out;
        let editor = Editor::of_the_person()?;
        let mut file = self.change.open_or_begin(&self.file, &self.audience, out)?;
        // What would be refused afterwards is refused before somebody types anything.
        files::refuse_read_only(&self.file)?;
        file.ask()?;
        let folder = PrivateFolder::create(self.allow_disk)?;
        let draft = folder.put(file.name(), &file.plain)?;
        loop {
            editor.edit(&draft)?;
            let plain = folder.read(file.name())?;
            if plain.is(&file.plain) {
                self.tell_unchanged(&file, out);
                return Ok(());
            }
            match file.with(&plain) {
                Ok(sealed) => {
                    let typed = sealed.clone();
                    let written = self.change.write(file, sealed, out);
                    return written
                        .map_err(|failure| kept::beside(&self.file, &typed, folder, failure));
                }
                Err(failure) => or_again(failure, out)?,
            }
        }
    }

    fn tell_unchanged(&self, file: &OpenedFile, out: &Output) {
        let name = self.file.display();
        if file.is_clear() {
            out.warn(format!(
                "{name}: nothing was changed, and it is not sealed: `signet seal {}` seals it",
                word(&self.file.to_string_lossy())
            ));
        } else {
            out.note(format!("{name}: nothing to change"));
        }
    }
}

/// Returns if the person wants to edit the text again; without a terminal nobody does.
fn or_again(failure: Failure, out: &Output) -> Result<()> {
    let say = || out.failure(&failure);
    if offer("Edit it again? What was typed is lost otherwise.", say)? {
        return Ok(());
    }
    Err(failure.hint("nothing was written"))
}
