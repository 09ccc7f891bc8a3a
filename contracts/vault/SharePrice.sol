// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

/// @notice What vault shares are worth, as a fraction: `shares` of them are worth `assets`.
/// Both sides contain the virtual part, so neither is ever zero.
struct SharePrice {
    uint256 assets;
    uint256 shares;
}

using SharePriceLib for SharePrice global;

/// @title SharePriceLib
/// @notice Conversion between assets and vault shares; the name says which way it rounds.
library SharePriceLib {
    function toSharesDown(SharePrice memory price, uint256 assets) internal pure returns (uint256) {
        return Math.mulDiv(assets, price.shares, price.assets);
    }

    function toSharesUp(SharePrice memory price, uint256 assets) internal pure returns (uint256) {
        return Math.mulDiv(assets, price.shares, price.assets, Math.Rounding.Ceil);
    }

    function toAssetsDown(SharePrice memory price, uint256 shares) internal pure returns (uint256) {
        return Math.mulDiv(shares, price.assets, price.shares);
    }

    function toAssetsUp(SharePrice memory price, uint256 shares) internal pure returns (uint256) {
        return Math.mulDiv(shares, price.assets, price.shares, Math.Rounding.Ceil);
    }
}
