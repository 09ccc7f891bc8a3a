// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {SharePrice} from "../vault/SharePrice.sol";

/// @notice What one person has in a pool: vault shares, and the principal mark above which their worth is yield.
/// @dev One storage slot.
/// @param shares Vault shares.
/// @param principal The mark, in assets.
/// @param opened The pool's own: whether the person has come in themselves.
/// @param referred The pool's own: whether somebody has brought them.
struct Position {
    uint128 shares;
    uint112 principal;
    bool opened;
    bool referred;
}

/// @notice The sums of all positions. One storage slot.
struct Totals {
    uint128 shares;
    uint128 principal;
}

using PositionLib for Position global;
using PositionLib for Totals global;

/// @title PositionLib
/// @notice Bookkeeping of positions. A position's worth moves with the share price alone, so nobody's action can
/// move anybody else's.
library PositionLib {
    using SafeCast for uint256;

    /// @notice Adds shares and raises the mark by what was paid for them.
    function add(Position memory position, uint256 assets, uint256 shares) internal pure {
        position.shares += shares.toUint128();
        position.principal += assets.toUint112();
    }

    /// @notice Takes shares away and lowers the mark. Both must be there.
    function subtract(Position memory position, uint256 assets, uint256 shares) internal pure {
        position.shares -= shares.toUint128();
        position.principal -= assets.toUint112();
    }

    /// @notice Adds to the sums.
    function add(Totals memory totals, uint256 assets, uint256 shares) internal pure {
        totals.shares += shares.toUint128();
        totals.principal += assets.toUint128();
    }

    /// @notice Subtracts from the sums.
    function subtract(Totals memory totals, uint256 assets, uint256 shares) internal pure {
        totals.shares -= shares.toUint128();
        totals.principal -= assets.toUint128();
    }

    /// @notice The shares that can go without touching the principal, rounded down.
    function yieldShares(Position memory position, SharePrice memory price) internal pure returns (uint256) {
        uint256 needed = price.toSharesUp(position.principal);
        return position.shares > needed ? position.shares - needed : 0;
    }
}
