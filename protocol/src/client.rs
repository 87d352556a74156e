pub struct GatewayClient;
