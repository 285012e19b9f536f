//! A process or machine that dies while it writes.

use std::{fs, future::poll_fn, pin::pin, task::Poll};

use crate::support::{World, lines};

/// The file as a crash at any byte leaves it.
#[tokio::test]
async fn a_line_that_was_torn_is_cut_off_and_written_again() {
    let world = World::new();
    world.happen(5).await;
    world.archive().await;
    world.happen(5).await;
    world.archive().await;
    let whole = fs::read(&world.path).unwrap();
    // At every byte of the last line, and here and there before it.
    let last = whole.len() - whole.rsplit(|byte| *byte == b'\n').nth(1).unwrap().len() - 2;
    for length in (0..last).step_by(37).chain(last..whole.len()) {
        fs::write(&world.path, &whole[..length]).unwrap();
        world.archive().await;
        world.is_complete().await;
    }
}

/// After a loss of power pages of the last batch may be missing in the middle: the file is as long as it
/// was, and zeros or older bytes stand there.
#[tokio::test]
async fn a_batch_that_was_damaged_is_cut_off_where_it_stops_making_sense() {
    let world = World::new();
    world.happen(3).await;
    world.archive().await;
    let synced = fs::metadata(&world.path).unwrap().len();
    world.happen(40).await;
    world.archive().await;
    let whole = fs::read(&world.path).unwrap();
    let synced = usize::try_from(synced).unwrap();
    for begin in (synced..whole.len()).step_by(499) {
        for garbage in [0, b'x', b'\n'] {
            let mut damaged = whole.clone();
            let end = (begin + 512).min(damaged.len());
            damaged[begin..end].fill(garbage);
            fs::write(&world.path, &damaged).unwrap();
            world.archive().await;
            world.is_complete().await;
        }
    }
}

/// Damage that began within a string and ended within another one left a line that was JSON, made of two entries.
/// It was believed, and where the second one's cell went on after it, the second one was lost.
#[tokio::test]
async fn damage_from_one_string_into_another_is_cut_off_too() {
    let world = World::new();
    world.happen(3).await;
    world.archive().await;
    let synced = usize::try_from(fs::metadata(&world.path).unwrap().len()).unwrap();
    world.happen(40).await;
    world.archive().await;
    let whole = fs::read_to_string(&world.path).unwrap();
    let inside = |string: &str| -> Vec<usize> {
        let places = whole.match_indices(string).map(|(at, string)| at + string.len());
        places.filter(|at| *at > synced).collect()
    };
    let (kinds, sessions) = (inside(r#""kind":"beg"#), inside(r#""session":"ses_"#));
    assert!(kinds.len() >= 40 && sessions.len() >= 40, "{whole}");
    for begins in [&kinds, &sessions] {
        for (begin, end) in begins.iter().zip(&sessions[1..]) {
            let mut damaged = whole.clone().into_bytes();
            damaged[*begin..*end].fill(b'x');
            fs::write(&world.path, &damaged).unwrap();
            world.archive().await;
            world.is_complete().await;
            assert!(!fs::read_to_string(&world.path).unwrap().contains("xxxxxxxx"));
        }
    }
}

/// The task that follows the log is dropped at any point, and another one goes on with the same archive.
#[tokio::test]
async fn a_dropped_call_loses_nothing_and_writes_nothing_twice() {
    let world = World::new();
    let mut archive = world.sessions.archive_log(&world.path).await.unwrap();
    for polls in 0..60 {
        world.happen(10).await;
        let mut call = pin!(archive.catch_up());
        for _ in 0..polls {
            let poll = poll_fn(|context| Poll::Ready(call.as_mut().poll(context))).await;
            if poll.is_ready() {
                break;
            }
            tokio::task::yield_now().await;
        }
    }
    archive.catch_up().await.unwrap();
    world.is_complete().await;
}

/// Whatever an unfinished write has left behind the end is gone, also if what is written now is shorter.
#[tokio::test]
async fn nothing_of_an_unfinished_write_stays() {
    let world = World::new();
    world.happen(1).await;
    let mut archive = world.sessions.archive_log(&world.path).await.unwrap();
    archive.catch_up().await.unwrap();
    let mut file = fs::OpenOptions::new().append(true).open(&world.path).unwrap();
    std::io::Write::write_all(&mut file, &[b'x'; 4096]).unwrap();
    world.happen(1).await;
    archive.catch_up().await.unwrap();
    assert_eq!(lines(&world.path).len(), 3);
    world.is_complete().await;
}
