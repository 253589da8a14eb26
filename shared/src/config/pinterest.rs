//! Pinterest's addresses, which can be replaced by those of a simulator.

use url::Url;

use super::Variables;
use crate::pinterest::Hosts;

/// `PINTEREST_API_LIVE`, `PINTEREST_API_SANDBOX` (both ending in `/v5`) and `PINTEREST_AUTHORIZE_URL`.
pub(super) fn read(variables: &mut Variables<'_>) -> Hosts {
    Hosts {
        live: api(variables, "PINTEREST_API_LIVE", "https://api.pinterest.com/v5"),
        sandbox: api(variables, "PINTEREST_API_SANDBOX", "https://api-sandbox.pinterest.com/v5"),
        authorize: variables
            .address("PINTEREST_AUTHORIZE_URL")
            .unwrap_or_else(|| constant("https://www.pinterest.com/oauth/")),
    }
}

fn api(variables: &mut Variables<'_>, name: &'static str, usual: &str) -> Url {
    let url = variables.address(name).unwrap_or_else(|| constant(usual));
    if !url.path().ends_with("/v5") {
        variables.reject(name, "must be an address that ends in /v5");
    }
    url
}

fn constant(address: &str) -> Url {
    Url::parse(address).expect("Pinterest's addresses are constants")
}
