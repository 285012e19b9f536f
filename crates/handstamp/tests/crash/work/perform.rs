//! Doing it.

use std::{fmt::Display, time::Duration};

use handstamp::{
    AbsoluteTimeout, Active, Activity, Builder, IdleTimeout, OnSignIn, Policy, Proof, Sessions, SignIn,
    SlotValue, Verdict, device::DeviceFacts, testing::FakeClock,
};
use serde::{Deserialize, Serialize};

use super::{Gained, News, Operation, Person, person::Held};
use crate::dice::Dice;

/// What people write into their sessions.
#[derive(Default, Serialize, Deserialize)]
pub(super) struct Note(pub(super) u64);

impl SlotValue for Note {
    const NAME: &'static str = "note";
    const ON_SIGN_IN: OnSignIn = OnSignIn::Keep;
}

/// Sessions that do not end by their clocks while this goes on, on a store that may take its time though
/// somebody moves the clock.
pub(crate) fn set_up(builder: Builder) -> Sessions {
    let (idle, absolute) = (IdleTimeout::days(3000), AbsoluteTimeout::days(3000));
    let mut policy = Policy::aal2().signed_in(idle, absolute).anonymous(idle, absolute);
    policy.sign_in_window = absolute.duration();
    builder.policy(policy).store_timeout(absolute.duration()).build().unwrap()
}

/// One person's work: so many operations, or until one fails.
pub(crate) async fn work(
    sessions: Sessions,
    clock: FakeClock,
    number: usize,
    mut person: Person,
    mut dice: Dice,
    operations: u64,
    report: impl Fn(News),
) {
    for _ in 0..operations {
        let operation = person.choose(&mut dice);
        report(News::Started(number, operation));
        match perform(&sessions, &clock, &person, operation).await {
            Ok(gained) => {
                report(News::Done(number, gained.clone()));
                person.done(operation, gained);
            }
            Err(why) => return report(News::Refused(number, format!("{operation:?}: {why}"))),
        }
    }
}

async fn perform(
    sessions: &Sessions,
    clock: &FakeClock,
    person: &Person,
    operation: Operation,
) -> Result<Option<Gained>, String> {
    let account = sessions.account(&person.account());
    let resume = async |id| resume(sessions, person.held(id).unwrap(), Activity::Use).await;
    match operation {
        Operation::Begin => {
            let begun = sessions.begin(DeviceFacts::default()).await.map_err(told)?;
            Ok(Some(gained(&begun.session, begun.token.expose())))
        }
        Operation::SignIn { over } => {
            let old = match over {
                Some(over) => Some(resume(over).await?),
                None => None,
            };
            let ticket = sessions.begin_sign_in(&person.account()).await.map_err(told)?;
            let sign_in = SignIn::new(ticket, Proof::password());
            let new = sessions.sign_in(sign_in, old.as_ref()).await.map_err(told)?;
            Ok(Some(gained(&new.session, new.token.expose())))
        }
        Operation::Edit { session, value } => {
            let mut session = resume(session).await?;
            sessions.edit(&mut session, |note: &mut Note| note.0 = value).await.map_err(told)?;
            Ok(None)
        }
        Operation::Renew { session } => {
            clock.advance(Duration::from_secs(16 * 60));
            let session = resume(session).await?;
            let token = sessions.renew(&session).await.map_err(told)?;
            Ok(token.map(|token| gained(&session, token.expose())))
        }
        Operation::Use { session } => resume(session).await.map(|_| None),
        Operation::SignOut { session } => {
            let session = resume(session).await?;
            sessions.sign_out(&session).await.map_err(told)?;
            Ok(None)
        }
        Operation::End { session } => account.end(session).await.map(|_| None).map_err(told),
        Operation::EndOthers { kept } => account.end_others(kept).await.map(|_| None).map_err(told),
        Operation::EndAll => account.end_all().await.map(|_| None).map_err(told),
        Operation::ChangeCredentials { kept } => {
            let session = resume(kept).await?;
            let signed_in = session.signed_in().ok_or("nobody is signed in")?;
            let rekeyed = sessions.credentials_changed(signed_in).await.map_err(told)?;
            Ok(Some(gained(&rekeyed.session, rekeyed.token.expose())))
        }
    }
}

pub(super) async fn resume(sessions: &Sessions, held: &Held, activity: Activity) -> Result<Active, String> {
    match sessions.resume(held.token.as_bytes(), activity).await {
        Verdict::Active(active) => Ok(*active),
        verdict => Err(format!("{} is {verdict:?}", held.id)),
    }
}

fn gained(session: &Active, token: &str) -> Gained {
    Gained { id: session.id(), token: token.to_owned() }
}

fn told(error: impl Display) -> String {
    error.to_string()
}
