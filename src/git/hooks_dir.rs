//! The directory in which git looks for hooks.

use super::{GitError, HooksDir, Repository};

/// Returns the directory in which git looks for hooks, and which configuration says so.
pub fn hooks_dir(repository: &dyn Repository) -> Result<HooksDir, GitError> {
    let layout = repository.layout();
    let Some(setting) = repository.setting("core.hooksPath")? else {
        return Ok(HooksDir {
            path: layout.common_dir.join("hooks"),
            scope: None,
        });
    };
    // Hooks run at the root of the work tree, or in a bare repository; a relative path starts there.
    let root = layout.work_tree.as_ref().unwrap_or(&layout.git_dir);
    Ok(HooksDir {
        path: root.join(setting.value),
        scope: Some(setting.scope),
    })
}
