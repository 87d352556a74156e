//! The language server's wiring: which method goes to which handler.

use std::{io, process, sync::Arc};

use protocol::{PROTOCOL_VERSION, credential::data_dir, editor::method};
use serde_json::{Value, json};
use tower_lsp::{
    LanguageServer, LspService, Server,
    jsonrpc::Result,
    lsp_types::{
        DidChangeConfigurationParams, DidChangeTextDocumentParams, DidChangeWorkspaceFoldersParams,
        DidCloseTextDocumentParams, DidOpenTextDocumentParams, ExecuteCommandOptions, ExecuteCommandParams,
        InitializeParams, InitializeResult, InitializedParams, OneOf, ServerCapabilities, ServerInfo,
        TextDocumentSyncCapability, TextDocumentSyncKind, TextDocumentSyncOptions,
        WorkspaceFoldersServerCapabilities, WorkspaceServerCapabilities,
    },
};

use crate::{
    ending::Ending,
    front::Front,
    handler,
    input::Input,
    log,
    output::{Output, OutputWriter},
    session::Session,
};

/// Far more than one window ever has in flight: work is limited where it is done.
const IN_FLIGHT_MAX: usize = 256;

/// Serves one editor window until it leaves.
pub fn serve() -> ! {
    let data_dir = match data_dir() {
        Ok(data_dir) => data_dir,
        Err(problem) => fail(&problem.to_string()),
    };
    log::start(Some(&data_dir));
    // One thread is enough: everything that blocks has a thread of its own.
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let Ok(runtime) = runtime else {
        fail("The runtime could not be started.");
    };
    let served = runtime.block_on(async {
        let output = Output::start()?;
        let ending = Ending::new(output.clone());
        let input = Input::start(output.clone(), ending.clone())?;
        let (service, socket) = LspService::build(|client| Backend {
            session: Session::new(client, output.clone(), ending.clone(), data_dir),
        })
        .custom_method("textDocument/inlineCompletion", Backend::inline_completion)
        .custom_method(method::REDEEM, Backend::redeem)
        .custom_method(method::SIGN_OUT, Backend::sign_out)
        .custom_method(method::ACCOUNT, Backend::account)
        .custom_method(method::BALANCE, Backend::balance)
        .custom_method(method::MODELS, Backend::models)
        .custom_method(method::CHAT, Backend::chat)
        .custom_method(method::CONVERSATIONS, Backend::conversations)
        .custom_method(method::CONVERSATION, Backend::conversation)
        .custom_method(method::DELETE_CONVERSATION, Backend::delete_conversation)
        .custom_method(method::COMPLETION_EVENT, Backend::completion_event)
        .custom_method(method::USAGE, Backend::usage)
        .finish();
        Server::new(input, OutputWriter(output), socket)
            .concurrency_level(IN_FLIGHT_MAX)
            .serve(Front::new(service, ending.clone()))
            .await;
        // The ways out end the process; the library returning first is one of them.
        ending.leave_without_exit();
        std::future::pending::<io::Result<()>>().await
    });
    match served {
        Ok(()) => process::exit(1),
        Err(_) => fail("Standard input and output could not be taken."),
    }
}

fn fail(message: &str) -> ! {
    tracing::error!("{message}");
    let _ = io::Write::write_fmt(&mut io::stderr(), format_args!("{message}\n"));
    process::exit(1)
}

struct Backend {
    session: Arc<Session>,
}

#[tower_lsp::async_trait]
impl LanguageServer for Backend {
    async fn initialize(&self, params: InitializeParams) -> Result<InitializeResult> {
        handler::initialize::initialize(&self.session, params)?;
        Ok(InitializeResult {
            capabilities: capabilities(self.session.window().options.protocol_version.is_some()),
            server_info: Some(ServerInfo {
                name: "token-tracker".into(),
                version: Some(crate::version().into()),
            }),
        })
    }
    async fn initialized(&self, _: InitializedParams) {
        self.session.start();
    }
    async fn shutdown(&self) -> Result<()> {
        Ok(())
    }
    async fn did_open(&self, params: DidOpenTextDocumentParams) {
        handler::text_sync::opened(&self.session, params);
    }
    async fn did_change(&self, params: DidChangeTextDocumentParams) {
        handler::text_sync::changed(&self.session, params);
    }
    async fn did_close(&self, params: DidCloseTextDocumentParams) {
        handler::text_sync::closed(&self.session, &params);
    }
    async fn did_change_configuration(&self, params: DidChangeConfigurationParams) {
        handler::configuration::changed(&self.session, params.settings);
    }
    async fn did_change_workspace_folders(&self, params: DidChangeWorkspaceFoldersParams) {
        handler::configuration::folders_changed(&self.session, &params.event);
    }
    async fn execute_command(&self, params: ExecuteCommandParams) -> Result<Option<Value>> {
        handler::execute_command::execute(&self.session, &params)
    }
}

/// One line a method: the handler has the rest.
impl Backend {
    async fn inline_completion(&self, params: Value) -> Result<Value> {
        handler::inline_completion::complete(&self.session, params).await
    }
    async fn redeem(&self, params: Value) -> Result<Value> {
        handler::redeem::redeem(&self.session, params).await
    }
    async fn sign_out(&self, params: Value) -> Result<Value> {
        handler::sign_out::sign_out(&self.session, params).await
    }
    async fn account(&self, params: Value) -> Result<Value> {
        handler::account::account(&self.session, params).await
    }
    async fn balance(&self, params: Value) -> Result<Value> {
        handler::balance::balance(&self.session, params).await
    }
    async fn models(&self, params: Value) -> Result<Value> {
        handler::models::models(&self.session, params).await
    }
    async fn chat(&self, params: Value) -> Result<Value> {
        handler::chat::chat(&self.session, params).await
    }
    async fn conversations(&self, params: Value) -> Result<Value> {
        handler::conversations::list(&self.session, params).await
    }
    async fn conversation(&self, params: Value) -> Result<Value> {
        handler::conversations::read(&self.session, params).await
    }
    async fn delete_conversation(&self, params: Value) -> Result<Value> {
        handler::conversations::delete(&self.session, params).await
    }
    async fn completion_event(&self, params: Value) {
        handler::completion_event::take(&self.session, params);
    }
    async fn usage(&self, params: Value) -> Result<Value> {
        handler::usage::usage(&self.session, params).await
    }
}

/// An editor that speaks our protocol has the accepting command itself and tells of it in
/// `completionEvent`; registered a second time by its LSP library, the command would be refused.
fn capabilities(speaks_our_protocol: bool) -> ServerCapabilities {
    ServerCapabilities {
        text_document_sync: Some(TextDocumentSyncCapability::Options(TextDocumentSyncOptions {
            open_close: Some(true),
            change: Some(TextDocumentSyncKind::INCREMENTAL),
            ..TextDocumentSyncOptions::default()
        })),
        execute_command_provider: (!speaks_our_protocol).then(|| ExecuteCommandOptions {
            commands: vec![method::COMPLETION_ACCEPTED_COMMAND.into()],
            ..ExecuteCommandOptions::default()
        }),
        workspace: Some(WorkspaceServerCapabilities {
            workspace_folders: Some(WorkspaceFoldersServerCapabilities {
                supported: Some(true),
                change_notifications: Some(OneOf::Left(true)),
            }),
            file_operations: None,
        }),
        // `inlineCompletionProvider` is added by the front: the library's types have no place for it.
        experimental: Some(json!({"tokenTracker": {"protocolVersion": PROTOCOL_VERSION}})),
        ..ServerCapabilities::default()
    }
}
