//! What is no archive, or somebody else's, stays as it is.

use std::fs;

use handstamp::{ArchiveError, Sessions};

use crate::support::{World, other_realm};

async fn refusal(sessions: &Sessions, path: &std::path::Path) -> ArchiveError {
    match sessions.archive_log(path).await {
        Ok(_) => panic!("it was opened"),
        Err(error) => error,
    }
}

#[tokio::test]
async fn a_file_that_is_something_else_is_left_as_it_is() {
    let world = World::new();
    let newer = r#"{"handstamp_log":2,"realm":"default","position":"?"}"#;
    let contents = [
        "the minutes of the last meeting",
        "{}\n",
        "{\"handstamp_log",
        "{\"handstamp_log\":1,\n",
        &format!("{newer}\n"),
        "\n",
    ];
    for content in contents {
        fs::write(&world.path, content).unwrap();
        let is_torn = content == "{\"handstamp_log";
        if is_torn {
            world.archive().await;
            continue;
        }
        let error = refusal(&world.sessions, &world.path).await;
        assert!(matches!(error, ArchiveError::NotAnArchive { .. }), "{content}: {error}");
        assert_eq!(fs::read_to_string(&world.path).unwrap(), content);
    }
}

#[tokio::test]
async fn the_archive_of_another_realm_is_refused() {
    let store = handstamp::store::MemoryStore::new();
    let world = World::on(store.clone());
    world.happen(3).await;
    world.archive().await;
    let before = fs::read(&world.path).unwrap();
    let error = refusal(&other_realm(&store), &world.path).await;
    assert!(
        matches!(&error, ArchiveError::OtherRealm { found, .. } if found.as_str() == "default"),
        "{error}"
    );
    assert_eq!(fs::read(&world.path).unwrap(), before);
}

#[tokio::test]
async fn two_cannot_write_into_one_file() {
    let world = World::new();
    let first = world.sessions.archive_log(&world.path).await.unwrap();
    let error = refusal(&world.sessions, &world.path).await;
    assert!(matches!(error, ArchiveError::InUse { .. }), "{error}");
    drop(first);
    world.archive().await;
}

#[tokio::test]
async fn a_file_that_cannot_be_made_is_told_with_its_name() {
    let world = World::new();
    let path = world.path.join("below a file that is not there");
    let error = refusal(&world.sessions, &path).await;
    assert!(matches!(error, ArchiveError::File { .. }), "{error}");
    assert!(error.to_string().contains("below a file"), "{error}");
}

#[cfg(unix)]
#[tokio::test]
async fn only_its_owner_reads_an_archive() {
    use std::os::unix::fs::PermissionsExt;

    let world = World::new();
    world.archive().await;
    assert_eq!(fs::metadata(&world.path).unwrap().permissions().mode() & 0o777, 0o600);
}
