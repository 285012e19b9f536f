//! The shelf and the basket: what a visitor without an account keeps.

use std::collections::BTreeMap;

use axum::{
    Form,
    extract::State,
    response::{Redirect, Response},
};
use handstamp::{
    OnSignIn, SlotValue,
    web::{Session, SessionError, Slot},
};
use serde::{Deserialize, Serialize};

use super::look::Look;
use crate::{
    shop::Shop,
    views::{BasketPage, HomePage, book},
};

/// The most of one book; nobody reads more copies at once.
const MOST: u32 = 99;

/// What somebody wants to buy: book numbers and how many of each.
#[derive(Clone, Default, Serialize, Deserialize)]
pub(super) struct Basket(BTreeMap<u32, u32>);

impl SlotValue for Basket {
    const NAME: &'static str = "basket";
    // A visitor's basket comes along when the visitor signs in.
    const ON_SIGN_IN: OnSignIn = OnSignIn::Keep;
}

impl Basket {
    pub(super) fn count(&self) -> u32 {
        self.0.values().sum()
    }
}

#[derive(Deserialize)]
pub(super) struct Choice {
    book: u32,
}

pub(super) async fn home(State(shop): State<Shop>, session: Session) -> Result<Response, SessionError> {
    let look = Look::at("/", &shop, &session).await?;
    Ok(look.show(&HomePage { message: None }))
}

pub(super) async fn basket(State(shop): State<Shop>, session: Session) -> Result<Response, SessionError> {
    let look = Look::at("/basket", &shop, &session).await?;
    let basket: Basket = session.read().await?;
    let lines: Vec<_> = basket.0.iter().filter_map(|(id, count)| Some((book(*id)?, *count))).collect();
    Ok(look.show(&BasketPage { lines: &lines, anonymous: look.name.is_none() }))
}

pub(super) async fn add(basket: Slot<Basket>, Form(choice): Form<Choice>) -> Result<Redirect, SessionError> {
    if book(choice.book).is_some() {
        basket
            .edit(|basket| {
                let count = basket.0.entry(choice.book).or_insert(0);
                *count = (*count + 1).min(MOST);
            })
            .await?;
    }
    Ok(Redirect::to("/"))
}

pub(super) async fn remove(
    basket: Slot<Basket>,
    Form(choice): Form<Choice>,
) -> Result<Redirect, SessionError> {
    basket.edit(|basket| basket.0.remove(&choice.book)).await?;
    Ok(Redirect::to("/basket"))
}
