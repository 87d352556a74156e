//! What the Dockerfile and the compose file start is what the binary takes: nobody finds out on a
//! server that the two have grown apart.

use std::{fs, process::Output};

use tests::{Gateway, Home, Postgres, Serve, token_tracker, verify_clean, workspace_dir};

fn read(file: &str) -> String {
    fs::read_to_string(workspace_dir().join(file)).unwrap()
}

/// The arguments of the gateways in the compose file, as a machine with this domain has them.
fn arguments() -> Vec<String> {
    let compose = read("compose.yaml");
    let lines = compose
        .lines()
        .skip_while(|line| line.trim() != "command:")
        .skip(1);
    let arguments: Vec<String> = lines
        .map_while(|line| line.trim().strip_prefix("- "))
        .map(|argument| match argument.split_once("${") {
            Some((before, _)) => format!("{before}ai.example.com"),
            None => argument.to_owned(),
        })
        .collect();
    assert!(arguments.len() >= 5 && arguments[0] == "serve", "{arguments:?}");
    arguments
}

/// Arguments are read up to `--help`, which then ends it.
fn understood(arguments: &[String]) -> Output {
    let home = Home::new();
    let mut command = home.command(token_tracker());
    command.args(arguments).arg("--help").output().unwrap()
}

#[test]
fn the_binary_takes_the_arguments_of_the_compose_file() {
    let mut arguments = arguments();
    let output = understood(&arguments);
    assert_eq!(output.status.code(), Some(0), "{arguments:?}: {output:?}");
    arguments.push("--no-such-option".into());
    assert_eq!(
        understood(&arguments).status.code(),
        Some(2),
        "a wrong one would be seen"
    );
}

#[test]
fn the_image_is_built_with_the_toolchain_of_the_repository() {
    let toolchain: String = read("rust-toolchain.toml");
    let channel = toolchain
        .split("channel = \"")
        .nth(1)
        .unwrap()
        .split('"')
        .next()
        .unwrap();
    let dockerfile = read("Dockerfile");
    assert!(dockerfile.contains(&format!("FROM rust:{channel}-")), "{channel}");
    assert!(
        dockerfile.contains(&format!("RUSTUP_TOOLCHAIN={channel}")),
        "{channel}"
    );
    // Its own user from the start, and no file of the machine that builds it but sources.
    assert!(dockerfile.contains("\nUSER 7425:7425\n"));
    assert_eq!(
        read(".dockerignore").lines().find(|line| !line.starts_with('#')),
        Some("*")
    );
}

#[tokio::test]
async fn the_configuration_of_the_compose_file_starts_a_gateway_by_a_socket() {
    let postgres = Postgres::start();
    postgres.database("tt");
    let serve =
        Serve::new(&tests::Config::new()).env("TOKEN_TRACKER_DATABASE_URL", &postgres.url_by_socket("tt"));
    fs::copy(
        workspace_dir().join("deploy/gateway.toml"),
        serve.home().config_file(),
    )
    .unwrap();
    let mut gateway: Gateway = serve.start().await;
    gateway
        .device("1.00")
        .await
        .get("/v1/models")
        .send()
        .await
        .expect(200);
    verify_clean(&gateway).await;
    assert!(gateway.stop().await.success());
}
