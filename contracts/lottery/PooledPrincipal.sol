// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {Totals} from "../pool/Position.sol";
import {SharePrice} from "../vault/SharePrice.sol";

/// @notice What is left once the lottery has been wound down.
/// @param weight What the tickets that are still in weighed in the last round.
/// @param shares What of the heap is divided by that; the rest of it covers the principal.
struct Remainder {
    uint256 weight;
    uint128 shares;
}

/// @title PooledPrincipal
/// @notice The principal of all players over one heap of vault shares. What the heap is worth above the principal is
/// the next prize. After a loss that it cannot cover, each unit of principal is worth the same part of the heap, until
/// yield has made the loss good; there is no prize before that.
library PooledPrincipal {
    using Math for uint256;
    using SafeCast for uint256;

    /// @dev Left in the heap when the prize is taken out, in the asset's smallest unit: what roundings here, in the
    /// vault and in its strategies take away comes out of this and not out of somebody's principal.
    uint256 private constant CUSHION = 100;

    /// @dev New principal is taken while the heap lacks at most this part of what it owes.
    uint256 private constant TOLERANCE = 1e6;

    /// @notice The heap is worth less than the principal: whoever came in now would bear others' loss. Wait until yield
    /// has made it good.
    error PrincipalNotCovered(uint256 value, uint256 principal);

    /// @notice Books principal that has just bought shares. Their price is known from that.
    function add(Totals memory totals, uint256 assets, uint256 shares) internal pure {
        uint256 value = uint256(totals.shares).mulDiv(assets, shares);
        if (value + value / TOLERANCE + 1 < totals.principal) {
            revert PrincipalNotCovered(value, totals.principal);
        }
        totals.shares = (totals.shares + shares).toUint128();
        totals.principal = (totals.principal + assets).toUint128();
    }

    /// @notice Takes principal out.
    /// @param principal At most all.
    /// @return assets What it is worth: itself, or after a loss its part of the heap; rounded down.
    /// @return shares What that costs, rounded up.
    function take(
        Totals memory totals,
        SharePrice memory price,
        uint256 principal
    ) internal pure returns (uint256 assets, uint256 shares) {
        assets = principal.min(price.toAssetsDown(_partOf(totals, principal)));
        shares = price.toSharesUp(assets);
        _subtract(totals, principal, shares);
    }

    /// @notice Takes principal out as shares.
    /// @return shares What it is worth, rounded down.
    function takeAsShares(
        Totals memory totals,
        SharePrice memory price,
        uint256 principal
    ) internal pure returns (uint256 shares) {
        shares = price.toSharesDown(principal).min(_partOf(totals, principal));
        _subtract(totals, principal, shares);
    }

    /// @notice Takes principal out once the lottery has been wound down, with its part of what is left beside it.
    /// @param weight What it weighed in the last round: it gets of the rest what a draw would have given it on average.
    /// @return shares All that there is for the last one; otherwise the principal's worth, or after a loss its part of
    /// what covers it, and its part of the rest.
    function takeWithRest(
        Totals memory totals,
        Remainder memory rest,
        SharePrice memory price,
        uint256 principal,
        uint256 weight
    ) internal pure returns (uint256 shares) {
        if (principal == totals.principal) {
            (shares, rest.shares) = (totals.shares, 0);
        } else {
            // Should nobody be left who weighed anything, everybody's principal counts.
            uint256 part =
                rest.weight == 0
                    ? uint256(rest.shares).mulDiv(principal, totals.principal)
                    : uint256(rest.shares).mulDiv(weight, rest.weight);
            uint256 cover = totals.shares - rest.shares;
            shares = part + price.toSharesUp(principal).min(cover.mulDiv(principal, totals.principal));
            rest.shares -= uint128(part);
        }
        rest.weight -= weight;
        _subtract(totals, principal, shares);
    }

    /// @notice What the heap lacks of what the principal is, in assets.
    function missing(Totals memory totals, SharePrice memory price) internal pure returns (uint256) {
        return uint256(totals.principal).saturatingSub(price.toAssetsDown(totals.shares));
    }

    /// @notice Takes the yield out; the principal stays fully covered.
    /// @return shares What the heap has above the principal.
    function harvest(Totals memory totals, SharePrice memory price) internal pure returns (uint256 shares) {
        shares = surplus(totals, price);
        _subtract(totals, 0, shares);
    }

    /// @notice What {harvest} would take out.
    function surplus(Totals memory totals, SharePrice memory price) internal pure returns (uint256 shares) {
        uint256 owed = totals.principal == 0 ? 0 : price.toSharesUp(totals.principal + CUSHION);
        return uint256(totals.shares).saturatingSub(owed);
    }

    function _partOf(Totals memory totals, uint256 principal) private pure returns (uint256) {
        return uint256(totals.shares).mulDiv(principal, totals.principal);
    }

    function _subtract(Totals memory totals, uint256 principal, uint256 shares) private pure {
        // No more than there is, so nothing is cut off.
        totals.principal -= uint128(principal);
        totals.shares -= uint128(shares);
    }
}
