//! The shop's own stylesheet and script, beside those of the pages.

use std::sync::LazyLock;

use handstamp_pages::{Asset, AssetKind};

/// What only the shop looks like: the shelf and the counter.
pub fn shop_stylesheet() -> &'static Asset {
    static ASSET: LazyLock<Asset> =
        LazyLock::new(|| Asset::new("shop", AssetKind::Stylesheet, include_str!("../../assets/shop.css")));
    &ASSET
}

/// Shows the live counter.
pub fn live_script() -> &'static Asset {
    static ASSET: LazyLock<Asset> =
        LazyLock::new(|| Asset::new("live", AssetKind::Script, include_str!("../../assets/live.js")));
    &ASSET
}

/// Both.
pub fn shop_assets() -> [&'static Asset; 2] {
    [shop_stylesheet(), live_script()]
}
