//! The check that a side's routes do what they say. A side that skipped its work would only look fast.

use anyhow::{Result, ensure};
use http::{HeaderValue, StatusCode};

use crate::{Answer, COOKIE, Call, Case, Peer};

/// Signs in, reads, edits and signs out on a side that keeps sessions, and tries cookies that must not work;
/// on a control, asks each route for its words.
pub async fn check_routes(peer: &mut impl Peer) -> Result<()> {
    if !peer.keeps_sessions() {
        for case in Case::ALL {
            answers(peer, case, None, case.answer()).await?;
        }
        return Ok(());
    }
    refuses(peer, None).await?;
    let old = sign_in(peer, None).await?;
    let ours = sign_in(peer, Some(&old)).await?;
    ensure!(ours != old, "a second sign-in kept the id that the first one gave");
    refuses(peer, Some(&old)).await?;
    let others = sign_in(peer, None).await?;

    answers(peer, Case::Ignores, Some(&ours), Case::Ignores.answer()).await?;
    let (account, another) = (who(peer, &ours).await?, who(peer, &others).await?);
    ensure!(account != another, "two sign-ins gave one account, {account:?}");
    answers(peer, Case::ReadsSlot, Some(&ours), "0").await?;
    for _ in 0..2 {
        answers(peer, Case::EditsSlot, Some(&ours), Case::EditsSlot.answer()).await?;
        answers(peer, Case::ReadsSlot, Some(&ours), Case::ReadsSlot.answer()).await?;
    }
    answers(peer, Case::ReadsSlot, Some(&others), "0").await?;

    let signed_out = answers(peer, Case::SignsOut, Some(&ours), Case::SignsOut.answer()).await?;
    ensure!(
        signed_out.cookie.as_deref().and_then(|pair| pair.strip_prefix(COOKIE)) == Some("="),
        "signing out left the cookie in the browser: {:?}",
        signed_out.cookie
    );
    refuses(peer, Some(&ours)).await?;
    ensure!(who(peer, &others).await? == another, "another's sign-out changed a session");
    Ok(())
}

/// Signs in and returns `name=value` of the session's cookie.
pub async fn sign_in(peer: &mut impl Peer, cookie: Option<&str>) -> Result<String> {
    let answer = answers(peer, Case::SignsIn, cookie, Case::SignsIn.answer()).await?;
    answer.cookie.ok_or_else(|| anyhow::anyhow!("signing in set no cookie named {COOKIE}"))
}

/// Asks who is signed in with a cookie. Somebody is to be.
pub async fn who(peer: &mut impl Peer, cookie: &str) -> Result<bytes::Bytes> {
    Ok(answers(peer, Case::ReadsWho, Some(cookie), Case::ReadsWho.answer()).await?.body)
}

/// Asks one route, which is to answer with these words; `/who` with any account that begins so.
pub async fn answers(peer: &mut impl Peer, case: Case, cookie: Option<&str>, words: &str) -> Result<Answer> {
    let answer = ask(peer, case, cookie).await?;
    let said = match case {
        Case::ReadsWho => answer.body.starts_with(words.as_bytes()),
        _ => answer.body == words,
    };
    ensure!(
        answer.status == StatusCode::OK && said,
        "{} answered {} {:?} and not {words:?}",
        case.path(),
        answer.status,
        answer.body
    );
    Ok(answer)
}

/// Asks who is signed in with a cookie, or without one, by which nobody is to be.
pub async fn refuses(peer: &mut impl Peer, cookie: Option<&str>) -> Result<()> {
    let answer = ask(peer, Case::ReadsWho, cookie).await?;
    ensure!(
        answer.status == StatusCode::UNAUTHORIZED,
        "{:?} was answered to a cookie that signs nobody in",
        answer.body
    );
    Ok(())
}

async fn ask(peer: &mut impl Peer, case: Case, cookie: Option<&str>) -> Result<Answer> {
    let cookie =
        cookie.map(|pair| HeaderValue::try_from(format!("theme=dark; {pair}; consent=1"))).transpose()?;
    peer.call(&Call { case, cookie }).await
}
