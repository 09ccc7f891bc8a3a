// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

/// @notice From where a saver's shares count for their referrer. One storage slot.
/// @param fee The vault's fee per share that does not count, on average over the shares.
/// @param since When the shares were bought, on average. Shares that have stayed long enough count as just that old.
struct Mark {
    uint216 fee;
    uint40 since;
}

/// @notice The shares of all savers whom somebody has brought.
/// @param shares How many.
/// @param marked The sum over all savers of their shares times their mark's fee.
/// @param marks Each saver's.
struct Referrals {
    uint256 shares;
    uint256 marked;
    mapping(address saver => Mark mark) marks;
}

using ReferralsLib for Referrals global;

/// @title ReferralsLib
/// @notice What of the vault's fee was taken on referred savers' shares: for each saver, the growth of the fee per
/// share while their shares were there. So a referrer's reward can be no more than a part of a fee that was really
/// taken, and on nobody else's shares. Shares that leave before they have stayed long enough count for nothing, or
/// somebody who comes just before a report and leaves just after it would be credited with a fee that others bear.
library ReferralsLib {
    using Math for uint256;

    uint256 private constant ONE = 1 << 96;

    /// @notice Books that a saver's shares have changed, or just counts.
    /// @param before How many they were.
    /// @param afterwards How many they are now.
    /// @param feePerShare The vault's, now.
    /// @param stay For how many seconds shares must stay.
    /// @return fee What was taken on these shares and was not counted yet, in fee shares, rounded down.
    function move(
        Referrals storage self,
        address saver,
        uint256 before,
        uint256 afterwards,
        uint256 feePerShare,
        uint256 stay
    ) internal returns (uint256 fee) {
        Mark memory mark = self.marks[saver];
        uint256 markedBefore = before * mark.fee;
        if (block.timestamp >= mark.since + stay) {
            fee = before.mulDiv(feePerShare - mark.fee, ONE);
            (mark.fee, mark.since) = (uint216(feePerShare), uint40(block.timestamp - stay));
        }
        if (afterwards > before) {
            uint256 bought = afterwards - before;
            mark.fee = uint216((before * mark.fee + bought * feePerShare).ceilDiv(afterwards));
            mark.since = uint40((before * mark.since + bought * block.timestamp).ceilDiv(afterwards));
        }
        self.marks[saver] = mark;
        self.marked = self.marked - markedBefore + afterwards * mark.fee;
        if (afterwards != before) self.shares = self.shares - before + afterwards;
    }

    /// @notice What was taken on all referred shares and was not counted yet, times 2^96; more than {move} will ever
    /// count of it.
    function uncounted(Referrals storage self, uint256 feePerShare) internal view returns (uint256) {
        return self.shares * feePerShare - self.marked;
    }
}
