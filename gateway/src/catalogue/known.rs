use providers::openai::CapField;
#[derive(Debug)]
pub struct Provider {
    pub name: &'static str,
    pub base_url: Option<&'static str>,
    pub api_key_env: Option<&'static str>,
    pub pricing_id: Option<&'static str>,
    pub cap_field: CapField,
    pub speaks_completions: bool,
    pub native_suffix: bool,
}
static C: Provider = Provider {
    name: "openai-compatible",
    base_url: None,
    api_key_env: None,
    pricing_id: None,
    cap_field: CapField::MaxTokens,
    speaks_completions: true,
    native_suffix: false,
};
pub fn compatible() -> &'static Provider {
    &C
}
pub fn hosted() -> impl Iterator<Item = &'static Provider> {
    [].into_iter()
}
pub fn by_name(n: &str) -> Option<&'static Provider> {
    (n == C.name).then_some(&C)
}
pub fn names() -> impl Iterator<Item = &'static str> {
    [C.name].into_iter()
}
pub fn loopback() -> &'static [(&'static Provider, u16)] {
    &[]
}
pub fn passes_response_header(_: &str) -> bool {
    true
}
