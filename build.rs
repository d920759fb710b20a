fn main() {
    // Node-API symbols are resolved by the process that loads the addon, which the linker must accept.
    if std::env::var_os("CARGO_FEATURE_NODE").is_some() {
        napi_build::setup();
    }
}
