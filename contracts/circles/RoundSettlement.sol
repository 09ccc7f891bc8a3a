// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {IKhipuVault} from "../vault/IKhipuVault.sol";
import {SharePrice} from "../vault/SharePrice.sol";
import {CircleLedger, Round} from "./CircleLedger.sol";
import {CircleRules} from "./CircleRules.sol";
import {IRotatingPools} from "./IRotatingPools.sol";
import {PayoutQueue} from "./PayoutQueue.sol";

/// @title RoundSettlement
/// @notice What is done with a circle's books when a round is over, or when somebody pays for one that was: from the
/// books alone, and without moving any money in or out of the circle. A library of its own code, linked for good, so
/// that {RotatingPools} stays small enough to be deployed.
library RoundSettlement {
    using CircleRules for IRotatingPools.Circle;
    using Math for uint256;
    using PayoutQueue for address[];
    using SafeCast for uint256;

    /// @dev What is handed over: so much of a member's contributions, in money or in shares. A penalty makes it worth
    /// more than it counts.
    struct Money {
        uint256 assets;
        uint256 cash;
        uint256 shares;
    }

    /// @dev A circle that is being worked on.
    /// @param price Read when it is first needed.
    /// @param pot What there is for the round that is being settled.
    struct Books {
        uint256 circleId;
        IKhipuVault vault;
        IRotatingPools.Circle circle;
        SharePrice price;
        Money pot;
    }

    /// @notice Settles rounds that are over.
    /// @param ledger The books.
    /// @param vault What shares are of.
    /// @param circleId Which circle; it runs.
    /// @param maxRounds How many rounds at most.
    /// @return circle As it is then.
    function settle(
        CircleLedger storage ledger,
        IKhipuVault vault,
        uint256 circleId,
        uint256 maxRounds
    ) external returns (IRotatingPools.Circle memory circle) {
        Books memory books = _open(ledger, vault, circleId);
        circle = books.circle;
        for (; maxRounds > 0 && circle.isDue(); --maxRounds) _settleRound(ledger, books);
        IRotatingPools.Circle storage stored = ledger.circles[circleId];
        (stored.settled, stored.state) = (circle.settled, circle.state);
    }

    /// @notice Hands a member's payment for settled rounds to those whom they had left short.
    /// @param ledger The books.
    /// @param circleId Which circle.
    /// @param account Who owes.
    /// @param assets How much is paid, at most what they owe.
    /// @param penalty What is paid beside it.
    function payArrears(
        CircleLedger storage ledger,
        uint256 circleId,
        address account,
        uint256 assets,
        uint256 penalty
    ) external {
        Books memory books = _open(ledger, IKhipuVault(address(0)), circleId);
        IRotatingPools.Member storage member = ledger.members[circleId][account];
        _handOver(ledger, books, account, member, Money(assets, assets + penalty, 0));
        _restoreIfEven(circleId, books.circle, account, member);
    }

    /// @notice Takes what a member owes for settled rounds from what they have in the circle.
    /// @param ledger The books.
    /// @param vault What shares are of.
    /// @param circleId Which circle.
    /// @param account Who owes.
    /// @return assets How much of it was there.
    function collectArrears(
        CircleLedger storage ledger,
        IKhipuVault vault,
        uint256 circleId,
        address account
    ) external returns (uint256 assets) {
        Books memory books = _open(ledger, vault, circleId);
        IRotatingPools.Member storage member = ledger.members[circleId][account];
        uint256 due = books.circle.dueBefore();
        uint256 paid = member.paid;
        _useClaimable(ledger, books, account, member, due);
        _useCollateral(ledger, books, account, member, due);
        assets = member.paid - paid;
        _restoreIfEven(circleId, books.circle, account, member);
    }

    /// @notice Ends a member's default, if they owe nothing any more.
    /// @param ledger The books.
    /// @param circleId Which circle.
    /// @param account Which member.
    function restoreIfEven(CircleLedger storage ledger, uint256 circleId, address account) external {
        _restoreIfEven(circleId, ledger.circles[circleId], account, ledger.members[circleId][account]);
    }

    /// @dev First everybody else's contributions come together, then the one whose turn it is gets them.
    function _settleRound(CircleLedger storage ledger, Books memory books) private {
        IRotatingPools.Circle memory circle = books.circle;
        Round memory round = ledger.rounds[books.circleId];
        delete ledger.rounds[books.circleId];
        uint256 number = circle.settled;
        _callUp(ledger, books, round.leader);
        address[] memory queue = ledger.queues[books.circleId];
        books.pot = Money(0, 0, 0);
        for (uint256 i = 0; i < queue.length; ++i) {
            if (i != number) _collect(ledger, books, queue[i]);
        }
        uint256 missing = (queue.length - 1) * circle.contribution - books.pot.assets;
        uint256 own = _payOut(ledger, books, queue, round, missing);
        ++circle.settled;
        emit IRotatingPools.RoundCompleted(
            books.circleId,
            number,
            circle.dueInAll() - missing - own,
            missing,
            circle.members - circle.settled
        );
        if (circle.settled == circle.members) {
            circle.state = IRotatingPools.State.Completed;
            IRotatingPools.Holdings memory held = ledger.holdings[books.circleId];
            emit IRotatingPools.CircleCompleted(books.circleId, held.cash, held.shares);
        } else {
            circle.announceRound(books.circleId);
        }
    }

    /// @dev Moves the one whose turn it is to the round's place in the queue: the best bidder, or the first who is not
    /// in default, or, if all who are left are, the first.
    function _callUp(CircleLedger storage ledger, Books memory books, address leader) private {
        address[] storage queue = ledger.queues[books.circleId];
        uint256 number = books.circle.settled;
        uint256 place = number;
        if (leader == address(0)) {
            while (place < queue.length && ledger.members[books.circleId][queue[place]].defaulted) ++place;
            if (place == queue.length) return;
        } else {
            place = queue.placeOf(number, leader);
        }
        if (place != number) queue.advance(place, number);
    }

    /// @dev A member's contribution to the round, out of whatever they have in the circle. Who owes for earlier rounds
    /// is left to {collectArrears}: here each member costs no more than one round's worth of gas, whatever they did.
    function _collect(CircleLedger storage ledger, Books memory books, address account) private {
        IRotatingPools.Member storage member = ledger.members[books.circleId][account];
        uint256 paid = member.paid;
        uint256 before = books.circle.dueBefore();
        uint256 due = books.circle.dueNow();
        if (paid > before) {
            books.pot.assets += paid - before;
            books.pot.cash += paid - before;
        }
        if (paid == due) return;
        uint256 covered;
        if (paid + member.ahead >= before) {
            _useAhead(ledger, books, account, member);
            _useClaimable(ledger, books, account, member, due);
            if (member.paid == due) return;
            covered = _useCollateral(ledger, books, account, member, due);
        }
        member.defaulted = true;
        uint256 arrears = due - member.paid;
        emit IRotatingPools.MemberDefaulted(
            books.circleId,
            account,
            books.circle.settled,
            arrears + covered,
            covered,
            arrears
        );
    }

    /// @dev What was paid ahead and the vault has lost since is not there any more, and counts as not paid.
    function _useAhead(
        CircleLedger storage ledger,
        Books memory books,
        address account,
        IRotatingPools.Member storage member
    ) private {
        uint256 ahead = member.ahead;
        if (ahead == 0) return;
        SharePrice memory price = _priceOf(books);
        uint256 wanted = (books.circle.dueNow() - member.paid).min(ahead);
        uint256 assets = wanted.min(price.toAssetsDown(member.shares));
        uint256 shares = price.toSharesUp(assets);
        member.ahead = assets < wanted ? 0 : uint112(ahead - assets);
        member.shares -= uint128(shares);
        _handOver(ledger, books, account, member, Money(assets, 0, shares));
        emit IRotatingPools.AheadUsed(
            books.circleId,
            account,
            books.circle.settled,
            assets,
            shares,
            member.paid,
            member.ahead,
            member.shares
        );
    }

    function _useClaimable(
        CircleLedger storage ledger,
        Books memory books,
        address account,
        IRotatingPools.Member storage member,
        uint256 due
    ) private {
        uint256 assets = (due - member.paid).min(member.claimable);
        if (assets == 0) return;
        member.claimable -= uint112(assets);
        _handOver(ledger, books, account, member, Money(assets, assets, 0));
        emit IRotatingPools.ClaimableUsed(
            books.circleId,
            account,
            books.circle.settled,
            assets,
            member.paid,
            member.claimable
        );
    }

    /// @dev Contributions come first; there is a penalty as far as the shares go.
    function _useCollateral(
        CircleLedger storage ledger,
        Books memory books,
        address account,
        IRotatingPools.Member storage member,
        uint256 due
    ) private returns (uint256 assets) {
        if (member.shares == 0) return 0;
        SharePrice memory price = _priceOf(books);
        uint256 worth = price.toAssetsDown(member.shares);
        assets = (due - member.paid).min(worth);
        if (assets == 0) return 0;
        uint256 penalty = CircleRules.penaltyDown(assets, books.circle.penaltyBps).min(worth - assets);
        uint256 shares = price.toSharesUp(assets + penalty);
        member.shares -= uint128(shares);
        member.used += uint112(assets);
        _handOver(ledger, books, account, member, Money(assets, 0, shares));
        emit IRotatingPools.CollateralSlashed(
            books.circleId,
            account,
            books.circle.settled,
            assets,
            penalty,
            shares,
            member.paid,
            member.shares,
            member.used
        );
    }

    /// @dev Gives a part of a member's contributions to those whom they are for, the earliest round first: of settled
    /// rounds to who took their pots, of the running one into the pot.
    function _handOver(
        CircleLedger storage ledger,
        Books memory books,
        address account,
        IRotatingPools.Member storage member,
        Money memory money
    ) private {
        uint256 contribution = books.circle.contribution;
        while (money.assets > 0) {
            uint256 paid = member.paid;
            uint256 round = paid / contribution;
            uint256 assets = money.assets.min((round + 1) * contribution - paid);
            // Of the last part this is all that is left, so that roundings lose nothing.
            uint256 cash = (money.cash * assets) / money.assets;
            uint256 shares = (money.shares * assets) / money.assets;
            money.assets -= assets;
            money.cash -= cash;
            money.shares -= shares;
            member.paid = uint112(paid + assets);
            if (round == books.circle.settled) {
                books.pot.assets += assets;
                books.pot.cash += cash;
                books.pot.shares += shares;
            } else {
                address recipient = ledger.queues[books.circleId][round];
                (uint256 claimable, uint256 sharesAfter) = _credit(
                    ledger,
                    books.circleId,
                    recipient,
                    cash,
                    shares
                );
                emit IRotatingPools.ArrearsPaid(
                    books.circleId,
                    account,
                    recipient,
                    round,
                    assets,
                    cash,
                    shares,
                    claimable,
                    sharesAfter
                );
            }
        }
    }

    // ------------------------------------------------------------------------------------------------------ payout

    /// @dev Credits the pot, less what its member owes to earlier ones, and less their discount.
    /// @return own What they had not paid for this round themselves: it would only come back to them.
    function _payOut(
        CircleLedger storage ledger,
        Books memory books,
        address[] memory queue,
        Round memory round,
        uint256 missing
    ) private returns (uint256 own) {
        address account = queue[books.circle.settled];
        IRotatingPools.Member storage member = ledger.members[books.circleId][account];
        IRotatingPools.Payout memory payout;
        payout.missing = missing;
        payout.penalties = round.penalties;
        books.pot.cash += round.penalties;
        payout.arrears = _payArrears(ledger, books, account, member);
        own = _payOwn(books, account, member);
        payout.own = own;
        payout.discount = _shareDiscount(ledger, books, queue, round);
        payout.cash = books.pot.cash;
        payout.shares = books.pot.shares;
        payout.assets = payout.cash + _worthOf(books, payout.shares);
        member.served = true;
        (payout.claimableAfter, payout.sharesAfter) = _credit(
            ledger,
            books.circleId,
            account,
            payout.cash,
            payout.shares
        );
        emit IRotatingPools.PayoutExecuted(books.circleId, account, books.circle.settled, payout);
        _restoreIfEven(books.circleId, books.circle, account, member);
    }

    function _payArrears(
        CircleLedger storage ledger,
        Books memory books,
        address account,
        IRotatingPools.Member storage member
    ) private returns (uint256) {
        uint256 arrears = books.circle.dueBefore().saturatingSub(member.paid + member.ahead);
        if (arrears == 0) return 0;
        Money memory pot = books.pot;
        uint256 cash = arrears.min(pot.cash);
        pot.cash -= cash;
        _handOver(ledger, books, account, member, Money(cash, cash, 0));
        uint256 rest = (arrears - cash).min(_worthOf(books, pot.shares));
        uint256 shares = rest == 0 ? 0 : _priceOf(books).toSharesUp(rest);
        pot.shares -= shares;
        _handOver(ledger, books, account, member, Money(rest, 0, shares));
        return cash + rest;
    }

    /// @dev A member's contribution to their own round. Shares that were paid ahead for it just become free.
    function _payOwn(
        Books memory books,
        address account,
        IRotatingPools.Member storage member
    ) private returns (uint256 own) {
        uint256 before = books.circle.dueBefore();
        uint256 due = books.circle.dueNow();
        uint256 paid = member.paid;
        if (paid > before) books.pot.cash += paid - before;
        uint256 ahead = (due - paid).min(member.ahead);
        if (ahead > 0) {
            paid += ahead;
            member.paid = uint112(paid);
            member.ahead -= uint112(ahead);
            emit IRotatingPools.AheadUsed(
                books.circleId,
                account,
                books.circle.settled,
                ahead,
                0,
                paid,
                member.ahead,
                member.shares
            );
        }
        own = due - paid.max(before);
        // Who still owes for earlier rounds pays those first, whenever they do, and then themselves.
        if (paid >= before) member.paid = uint112(due);
    }

    /// @dev The discount, and the deposits of bids that were not revealed, go to the others in equal parts; what cannot
    /// be divided stays in the pot.
    function _shareDiscount(
        CircleLedger storage ledger,
        Books memory books,
        address[] memory queue,
        Round memory round
    ) private returns (uint256 discount) {
        uint256 forfeited = uint256(round.sealedBids) * ledger.admissions[books.circleId].bidDeposit;
        if (round.discount == 0 && forfeited == 0) return 0;
        Money memory pot = books.pot;
        uint256 others = queue.length - 1;
        uint256 worth = pot.cash + _worthOf(books, pot.shares);
        discount = worth.min(round.discount);
        uint256 cash = forfeited / others;
        uint256 shares;
        if (discount > 0) {
            cash = (pot.cash.mulDiv(discount, worth) + forfeited) / others;
            shares = pot.shares.mulDiv(discount, worth) / others;
        }
        pot.cash = pot.cash + forfeited - cash * others;
        pot.shares -= shares * others;
        for (uint256 i = 0; i < queue.length; ++i) {
            if (i == books.circle.settled) continue;
            (uint256 claimable, uint256 sharesAfter) = _credit(
                ledger,
                books.circleId,
                queue[i],
                cash,
                shares
            );
            emit IRotatingPools.DiscountShared(
                books.circleId,
                queue[i],
                books.circle.settled,
                cash,
                shares,
                claimable,
                sharesAfter
            );
        }
    }

    // ------------------------------------------------------------------------------------------------------- inside

    function _credit(
        CircleLedger storage ledger,
        uint256 circleId,
        address account,
        uint256 cash,
        uint256 shares
    ) private returns (uint256 claimableAfter, uint256 sharesAfter) {
        IRotatingPools.Member storage member = ledger.members[circleId][account];
        claimableAfter = member.claimable + cash;
        sharesAfter = member.shares + shares;
        if (cash > 0) member.claimable = claimableAfter.toUint112();
        if (shares > 0) member.shares = sharesAfter.toUint128();
    }

    /// @dev In good standing is who has paid all settled rounds and has their collateral back.
    function _restoreIfEven(
        uint256 circleId,
        IRotatingPools.Circle memory circle,
        address account,
        IRotatingPools.Member storage member
    ) private {
        if (!member.defaulted || member.used > 0) return;
        if (member.paid + member.ahead < circle.dueBefore()) return;
        member.defaulted = false;
        emit IRotatingPools.MemberRestored(circleId, account);
    }

    function _open(
        CircleLedger storage ledger,
        IKhipuVault vault,
        uint256 circleId
    ) private view returns (Books memory books) {
        books.circleId = circleId;
        books.vault = vault;
        books.circle = ledger.circles[circleId];
    }

    function _worthOf(Books memory books, uint256 shares) private view returns (uint256) {
        return shares == 0 ? 0 : _priceOf(books).toAssetsDown(shares);
    }

    /// @dev The vault values its strategies to say its price, so it is asked at most once.
    function _priceOf(Books memory books) private view returns (SharePrice memory) {
        if (books.price.shares == 0) {
            books.price = books.circle.invested ? books.vault.sharePrice() : SharePrice(1, 1);
        }
        return books.price;
    }
}
