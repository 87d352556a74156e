//! The vendors' official clients, on an upstream of their own dialect and on one of the other's.
//!
//! A program for each client (`tests/clients`) tries one feature after the other; what comes of it
//! is the table of `docs/compatibility.md`, which fails here when it says anything else.

pub mod client;
mod model;
mod page;
mod scene;

use client::{Client, Vendor::*};
use scene::{Scene, Spoken};

async fn passes(client: Client, spoken: Spoken) {
    let scene = Scene::new(spoken).await;
    let seen = client.run(&scene).await;
    let failed: Vec<_> = seen.rows.iter().filter(|row| row.outcome == "fails").collect();
    assert!(failed.is_empty(), "{failed:#?}");
    scene.is_accounted_for(&seen.rows).await;
    page::says(&client, &seen);
}

#[tokio::test]
async fn openai_for_python_on_its_own_dialect() {
    passes(Client::python(OpenAi), Spoken::Responses).await;
}

#[tokio::test]
async fn responses_for_python_on_chat() {
    passes(Client::python(OpenAi), Spoken::OpenAi).await;
}

#[tokio::test]
async fn openai_for_python_on_the_other_dialect() {
    passes(Client::python(OpenAi), Spoken::Anthropic).await;
}

#[tokio::test]
async fn openai_for_node_on_its_own_dialect() {
    passes(Client::node(OpenAi), Spoken::Responses).await;
}

#[tokio::test]
async fn responses_for_node_on_chat() {
    passes(Client::node(OpenAi), Spoken::OpenAi).await;
}

#[tokio::test]
async fn openai_for_node_on_the_other_dialect() {
    passes(Client::node(OpenAi), Spoken::Anthropic).await;
}

#[tokio::test]
async fn anthropic_for_python_on_its_own_dialect() {
    passes(Client::python(Anthropic), Spoken::Anthropic).await;
}

#[tokio::test]
async fn anthropic_for_python_on_the_other_dialect() {
    passes(Client::python(Anthropic), Spoken::OpenAi).await;
}

#[tokio::test]
async fn anthropic_for_node_on_its_own_dialect() {
    passes(Client::node(Anthropic), Spoken::Anthropic).await;
}

#[tokio::test]
async fn anthropic_for_node_on_the_other_dialect() {
    passes(Client::node(Anthropic), Spoken::OpenAi).await;
}
