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
/// @notice What is done with a circle's books when a round is over, when somebody pays for one that was, or takes out
/// what is theirs: from the books alone, and without moving any money in or out of the circle. A library of its own
/// code, linked for good, so that {RotatingPools} stays small enough to be deployed.
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

    /// @dev What a member has in a circle: what they can claim, and their collateral, each in money and in shares.
    struct Means {
        uint256 claimable;
        uint256 claimableShares;
        uint256 collateral;
        uint256 shares;
    }

    /// @dev A circle that is being worked on.
    /// @param price Read when it is first needed.
    /// @param complete Whether that price is all that the vault's shares are worth.
    /// @param patient Whether shares are left alone while it is not.
    /// @param pot What there is for the round that is being settled.
    struct Books {
        uint256 circleId;
        IKhipuVault vault;
        IRotatingPools.Circle circle;
        SharePrice price;
        bool complete;
        bool patient;
        Money pot;
    }

    /// @notice Settles rounds that are over, up to one that has to wait until the vault can say what its shares are
    /// worth.
    /// @param ledger The books.
    /// @param vault What shares are of.
    /// @param circleId Which circle; it runs.
    /// @param maxRounds How many rounds at most.
    /// @return rounds How many it was.
    function settle(
        CircleLedger storage ledger,
        IKhipuVault vault,
        uint256 circleId,
        uint256 maxRounds
    ) external returns (uint256 rounds) {
        Books memory books = _open(ledger, vault, circleId);
        IRotatingPools.Circle memory circle = books.circle;
        for (; maxRounds > 0 && circle.isDue(); --maxRounds) {
            if (!_settleRound(ledger, books)) break;
        }
        IRotatingPools.Circle storage stored = ledger.circles[circleId];
        rounds = circle.settled - stored.settled;
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
        books.patient = true;
        return _collectArrears(ledger, books, account);
    }

    /// @notice Takes out of the books what is the caller's to claim. Nobody is paid while they owe: what they owe is
    /// collected first, and if that does not suffice there is nothing to claim.
    /// @param ledger The books.
    /// @param vault What shares are of.
    /// @param circleId Which circle.
    /// @param receiver Who gets it, for the event.
    /// @return cash How much money.
    /// @return shares How many shares.
    /// @return worth What the shares are worth.
    function claim(
        CircleLedger storage ledger,
        IKhipuVault vault,
        uint256 circleId,
        address receiver
    ) external returns (uint256 cash, uint256 shares, uint256 worth) {
        Books memory books = _open(ledger, vault, circleId);
        books.patient = true;
        IRotatingPools.Member storage member = ledger.members[circleId][msg.sender];
        if (!member.joined && member.claimable == 0 && member.claimableShares == 0) {
            revert IRotatingPools.NotMember(circleId, msg.sender);
        }
        _requirePaid(books, msg.sender, member);
        uint256 owed = _arrearsOf(books, member);
        uint256 collected = owed == 0 ? 0 : _collectArrears(ledger, books, msg.sender);
        Means memory means = _meansOf(books, member);
        if (collected == owed) (cash, shares) = _free(ledger, books, member, means);
        if (cash + shares == 0) {
            // If all that there was has gone into what they owe, that is not undone.
            if (collected == 0) revert IRotatingPools.NothingToClaim(circleId, msg.sender);
            return (0, 0, 0);
        }
        if (shares > 0) worth = _priceOf(books).toAssetsDown(shares);
        member.claimable = 0;
        if (means.claimableShares > 0) member.claimableShares = 0;
        (member.collateral, member.shares) = (uint96(means.collateral), uint128(means.shares));
        IRotatingPools.Holdings memory held = ledger.holdings[circleId];
        held.cash -= uint112(cash);
        held.shares -= uint128(shares);
        ledger.holdings[circleId] = held;
        emit IRotatingPools.PayoutClaimed(
            circleId,
            msg.sender,
            receiver,
            IRotatingPools.Claim(
                cash,
                shares,
                cash + worth,
                means.collateral,
                means.shares,
                held.cash,
                held.shares
            )
        );
    }

    /// @notice What {claim} takes out of the books as they are.
    function claimableOf(
        CircleLedger storage ledger,
        IKhipuVault vault,
        uint256 circleId,
        address account
    ) external view returns (uint256 cash, uint256 shares) {
        Books memory books = _open(ledger, vault, circleId);
        books.patient = true;
        // A claim would start it.
        if (books.circle.state == IRotatingPools.State.Answered) {
            books.circle.state = IRotatingPools.State.Running;
        }
        IRotatingPools.Member storage member = ledger.members[circleId][account];
        Means memory means = _meansOf(books, member);
        uint256 owed = _arrearsOf(books, member);
        if (owed == 0) {
            if (books.circle.isDue() && _owesTheRound(books, member)) return (0, 0);
            return _free(ledger, books, member, means);
        }
        // What they owe is paid first, and the rest is reckoned with that paid.
        uint256 all = _owedInAll(books, member);
        if (!_canPay(books, means, owed, all)) return (0, 0);
        return _freeOf(books, means, _lockedAfter(ledger, books, member.served, all - owed));
    }

    /// @notice What a member has to pay now.
    function dueOf(
        CircleLedger storage ledger,
        uint256 circleId,
        address account
    ) external view returns (uint256 arrears, uint256 due, uint256 penalty) {
        IRotatingPools.Circle memory circle = ledger.circles[circleId];
        IRotatingPools.Contribution memory parts = circle.partsOf(
            ledger.members[circleId][account],
            circle.settled,
            type(uint256).max
        );
        (arrears, due) = (parts.arrears, parts.due);
        penalty = CircleRules.penaltyUp(arrears, circle.penaltyBps) + circle.latePenalty(due);
    }

    /// @notice Enters money for a member's collateral: what was used of it, or what a full circle's is short.
    /// @param assets How much at most.
    /// @return paid How much of it.
    function restore(
        CircleLedger storage ledger,
        IKhipuVault vault,
        uint256 circleId,
        address account,
        uint256 assets
    ) external returns (uint256 paid) {
        IRotatingPools.Circle memory circle = ledger.circles[circleId];
        IRotatingPools.Member storage member = ledger.members[circleId][account];
        uint256 used = member.used;
        bool forming = circle.state == IRotatingPools.State.Full;
        paid = assets.min(forming ? missingOf(ledger, vault, circleId, account) : used);
        if (paid == 0) revert IRotatingPools.NothingToPay(circleId, account);
        uint256 collateral = member.collateral + paid;
        member.collateral = collateral.toUint96();
        if (!forming) {
            used -= paid;
            member.used = uint96(used);
        }
        uint256 cash = ledger.holdings[circleId].cash + paid;
        ledger.holdings[circleId].cash = cash.toUint112();
        emit IRotatingPools.CollateralRestored(circleId, account, msg.sender, paid, used, collateral, cash);
        _restoreIfEven(circleId, circle, account, member);
    }

    /// @notice Enters the caller's collateral in shares as money.
    /// @param most How many shares at most.
    /// @return shares How many.
    /// @return assets What they are certainly worth.
    function divest(
        CircleLedger storage ledger,
        IKhipuVault vault,
        uint256 circleId,
        uint256 most
    ) external returns (uint256 shares, uint256 assets) {
        IRotatingPools.Member storage member = ledger.members[circleId][msg.sender];
        shares = most.min(member.shares);
        (SharePrice memory price, ) = vault.certainPrice();
        assets = price.toAssetsDown(shares);
        if (assets == 0) revert IRotatingPools.NothingToClaim(circleId, msg.sender);
        // A part of them is sold to the unit, so that selling in many parts wastes nothing of what secures the others.
        if (shares < member.shares) shares = price.toSharesUp(assets);
        uint256 collateral = member.collateral + assets;
        uint256 left = member.shares - shares;
        (member.collateral, member.shares) = (collateral.toUint96(), uint128(left));
        IRotatingPools.Holdings memory held = ledger.holdings[circleId];
        (held.cash, held.shares) = ((held.cash + assets).toUint112(), held.shares - uint128(shares));
        ledger.holdings[circleId] = held;
        emit IRotatingPools.CollateralDivested(
            circleId,
            msg.sender,
            shares,
            assets,
            collateral,
            left,
            held.cash,
            held.shares
        );
    }

    /// @notice How much a member's collateral is short of what it has to be, at what it is certainly worth.
    function missingOf(
        CircleLedger storage ledger,
        IKhipuVault vault,
        uint256 circleId,
        address account
    ) public view returns (uint256) {
        (SharePrice memory price, ) = vault.certainPrice();
        uint256 required = ledger.admissions[circleId].collateral;
        return CircleRules.missingOf(ledger.members[circleId][account], required, price);
    }

    // ---------------------------------------------------------------------------------------------------- settlement

    /// @dev First everybody else's contributions come together, then the one whose turn it is gets them.
    function _settleRound(CircleLedger storage ledger, Books memory books) private returns (bool settled) {
        IRotatingPools.Circle memory circle = books.circle;
        uint256 number = circle.settled;
        Round memory round = ledger.rounds[books.circleId];
        address[] memory queue = ledger.queues[books.circleId];
        uint256 place = _placeOfNext(ledger, books, queue, round.leader);
        if (circle.invested && block.timestamp < circle.waitsUntil()) {
            if (_mustWait(ledger, books, queue, queue[place])) return false;
        }
        delete ledger.rounds[books.circleId];
        if (place != number) {
            ledger.queues[books.circleId].advance(place, number);
            queue = ledger.queues[books.circleId];
        }
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
        return true;
    }

    /// @dev Where in the queue the one is whose turn it is: the best bidder, or the first who is not in default, or, if
    /// all who are left are, the first.
    function _placeOfNext(
        CircleLedger storage ledger,
        Books memory books,
        address[] memory queue,
        address leader
    ) private view returns (uint256 place) {
        uint256 number = books.circle.settled;
        place = number;
        if (leader == address(0)) {
            while (place < queue.length && ledger.members[books.circleId][queue[place]].defaulted) ++place;
            return place == queue.length ? number : place;
        }
        while (queue[place] != leader) ++place;
    }

    /// @dev Whether somebody's shares have to pay, and the vault cannot say for certain what all of them are worth.
    function _mustWait(
        CircleLedger storage ledger,
        Books memory books,
        address[] memory queue,
        address recipient
    ) private view returns (bool) {
        uint256 before = books.circle.dueBefore();
        uint256 due = books.circle.dueNow();
        for (uint256 i = 0; i < queue.length; ++i) {
            if (queue[i] == recipient) continue;
            IRotatingPools.Member storage member = ledger.members[books.circleId][queue[i]];
            uint256 paid = member.paid;
            if (paid >= due || paid < before) continue;
            uint256 rest = (due - paid).saturatingSub(member.claimable);
            if (rest == 0) continue;
            bool sharesPay = member.claimableShares > 0 || (rest > member.collateral && member.shares > 0);
            if (!sharesPay) continue;
            _priceOf(books);
            return !books.complete;
        }
        return false;
    }

    /// @dev A member's contribution to the round, out of whatever they have in the circle. Who owes for earlier rounds
    /// is left to {collectArrears}: here each member costs no more than one round's worth of gas, whatever they did.
    function _collect(CircleLedger storage ledger, Books memory books, address account) private {
        IRotatingPools.Member storage member = ledger.members[books.circleId][account];
        uint256 paid = member.paid;
        uint256 before = books.circle.dueBefore();
        uint256 due = books.circle.dueNow();
        if (paid > before) {
            uint256 inTime = paid.min(due) - before;
            books.pot.assets += inTime;
            books.pot.cash += inTime;
        }
        if (paid >= due) return;
        uint256 covered;
        uint256 arrears;
        if (paid < before) {
            arrears = books.circle.owedOf(member, due);
        } else {
            arrears = due - paid;
            Means memory means = _meansOf(books, member);
            arrears -= _useClaimable(ledger, books, account, member, means, arrears);
            if (arrears == 0) return;
            covered = _useCollateral(ledger, books, account, member, means, arrears);
            arrears -= covered;
        }
        member.defaulted = true;
        emit IRotatingPools.MemberDefaulted(
            books.circleId,
            account,
            books.circle.settled,
            arrears + covered,
            covered,
            arrears
        );
    }

    function _collectArrears(
        CircleLedger storage ledger,
        Books memory books,
        address account
    ) private returns (uint256 assets) {
        IRotatingPools.Member storage member = ledger.members[books.circleId][account];
        uint256 owed = _arrearsOf(books, member);
        if (owed == 0) return 0;
        Means memory means = _meansOf(books, member);
        assets = _useClaimable(ledger, books, account, member, means, owed);
        if (assets < owed) {
            assets += _useCollateral(ledger, books, account, member, means, owed - assets);
        }
        _restoreIfEven(books.circleId, books.circle, account, member);
    }

    function _useClaimable(
        CircleLedger storage ledger,
        Books memory books,
        address account,
        IRotatingPools.Member storage member,
        Means memory means,
        uint256 owed
    ) private returns (uint256 assets) {
        if (means.claimable == 0 && means.claimableShares == 0) return 0;
        Money memory money = _takeClaimable(books, means, owed);
        if (money.assets == 0) return 0;
        assets = money.assets;
        uint256 shares = money.shares;
        member.claimable = uint112(means.claimable);
        if (shares > 0) member.claimableShares = uint128(means.claimableShares);
        _handOver(ledger, books, account, member, money);
        emit IRotatingPools.ClaimableUsed(
            books.circleId,
            account,
            books.circle.settled,
            assets,
            shares,
            member.paid,
            means.claimable,
            means.claimableShares
        );
    }

    function _useCollateral(
        CircleLedger storage ledger,
        Books memory books,
        address account,
        IRotatingPools.Member storage member,
        Means memory means,
        uint256 owed
    ) private returns (uint256 assets) {
        if (means.collateral == 0 && means.shares == 0) return 0;
        (Money memory money, uint256 penalty) = _takeCollateral(
            books,
            means,
            owed,
            _owedInAll(books, member)
        );
        if (money.assets == 0) return 0;
        assets = money.assets;
        IRotatingPools.Slash memory slash;
        (slash.assets, slash.penalty, slash.cash, slash.shares) = (assets, penalty, money.cash, money.shares);
        (member.collateral, member.shares) = (uint96(means.collateral), uint128(means.shares));
        slash.usedAfter = member.used + assets;
        member.used = uint96(slash.usedAfter);
        _handOver(ledger, books, account, member, money);
        slash.paidAfter = member.paid;
        (slash.collateralAfter, slash.sharesAfter) = (means.collateral, means.shares);
        emit IRotatingPools.CollateralSlashed(books.circleId, account, books.circle.settled, slash);
    }

    /// @dev Gives a part of a member's contributions to those whom they are for, the earliest round first: of settled
    /// rounds to who took their pots, of the running one into the pot. A member's own round is passed over.
    function _handOver(
        CircleLedger storage ledger,
        Books memory books,
        address account,
        IRotatingPools.Member storage member,
        Money memory money
    ) private {
        uint256 contribution = books.circle.contribution;
        uint256 paid = member.paid;
        uint256 own = member.served ? member.turn * contribution : type(uint256).max;
        while (money.assets > 0) {
            uint256 round = paid / contribution;
            uint256 assets = money.assets.min((round + 1) * contribution - paid);
            // Of the last part this is all that is left, so that roundings lose nothing.
            uint256 cash = (money.cash * assets) / money.assets;
            uint256 shares = (money.shares * assets) / money.assets;
            money.assets -= assets;
            money.cash -= cash;
            money.shares -= shares;
            paid += assets;
            if (paid == own) paid += contribution;
            if (round == books.circle.settled) {
                books.pot.assets += assets;
                books.pot.cash += cash;
                books.pot.shares += shares;
            } else {
                address recipient = ledger.queues[books.circleId][round];
                (uint256 claimable, uint256 sharesAfter) = _credit(ledger, books, recipient, cash, shares);
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
        member.paid = uint96(paid);
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
        own = _payOwn(books, member);
        payout.own = own;
        payout.discount = _shareDiscount(ledger, books, queue, round);
        payout.cash = books.pot.cash;
        payout.shares = books.pot.shares;
        payout.assets = payout.cash + _worthOf(books, payout.shares);
        (payout.claimableAfter, payout.claimableSharesAfter) = _credit(
            ledger,
            books,
            account,
            payout.cash,
            payout.shares
        );
        payout.paidAfter = member.paid;
        emit IRotatingPools.PayoutExecuted(books.circleId, account, books.circle.settled, payout);
        _restoreIfEven(books.circleId, books.circle, account, member);
    }

    function _payArrears(
        CircleLedger storage ledger,
        Books memory books,
        address account,
        IRotatingPools.Member storage member
    ) private returns (uint256) {
        uint256 arrears = _arrearsOf(books, member);
        if (arrears == 0) return 0;
        Money memory pot = books.pot;
        uint256 cash = arrears.min(pot.cash);
        pot.cash -= cash;
        uint256 rest = (arrears - cash).min(_worthOf(books, pot.shares));
        uint256 shares = rest == 0 ? 0 : _priceOf(books).toSharesUp(rest);
        pot.shares -= shares;
        _handOver(ledger, books, account, member, Money(cash + rest, cash, shares));
        return cash + rest;
    }

    /// @dev A member's contribution to their own round. From now on they owe nothing for it.
    function _payOwn(Books memory books, IRotatingPools.Member storage member) private returns (uint256 own) {
        uint256 before = books.circle.dueBefore();
        uint256 due = books.circle.dueNow();
        uint256 paid = member.paid;
        if (paid > before) books.pot.cash += paid.min(due) - before;
        own = due - paid.max(before).min(due);
        (member.served, member.turn) = (true, books.circle.settled);
        // Who still owes for earlier rounds passes over this one when those are paid.
        if (paid >= before && own > 0) member.paid = uint96(due);
    }

    /// @dev The discount goes to the others in equal parts. The deposits of bids that were not revealed go, in equal
    /// parts too, to those of the others who have no such bid. What cannot be divided stays in the pot.
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
        Money memory part;
        if (discount > 0) {
            part.cash = pot.cash.mulDiv(discount, worth) / others;
            part.shares = pot.shares.mulDiv(discount, worth) / others;
            pot.cash -= part.cash * others;
            pot.shares -= part.shares * others;
        }
        bool[] memory open = _openHanded(ledger, books, queue, round.sealedBids);
        uint256 forfeit = _forfeitFor(books, open, forfeited);
        pot.cash += forfeited;
        for (uint256 i = 0; i < queue.length; ++i) {
            if (i == books.circle.settled) continue;
            if (open[i]) pot.cash -= forfeit;
            _creditPart(ledger, books, queue[i], part.cash + (open[i] ? forfeit : 0), part.shares);
        }
    }

    function _creditPart(
        CircleLedger storage ledger,
        Books memory books,
        address account,
        uint256 cash,
        uint256 shares
    ) private {
        if (cash + shares == 0) return;
        (uint256 claimable, uint256 sharesAfter) = _credit(ledger, books, account, cash, shares);
        emit IRotatingPools.DiscountShared(
            books.circleId,
            account,
            books.circle.settled,
            cash,
            shares,
            claimable,
            sharesAfter
        );
    }

    /// @dev Who has no sealed bid in the round.
    function _openHanded(
        CircleLedger storage ledger,
        Books memory books,
        address[] memory queue,
        uint256 sealedBids
    ) private view returns (bool[] memory open) {
        open = new bool[](queue.length);
        if (sealedBids == 0) return open;
        mapping(address account => bytes32 bid) storage bids = ledger.bids[books.circleId][
            books.circle.settled
        ];
        for (uint256 i = 0; i < queue.length; ++i) open[i] = bids[queue[i]] == 0;
    }

    function _forfeitFor(
        Books memory books,
        bool[] memory open,
        uint256 forfeited
    ) private pure returns (uint256) {
        uint256 receivers;
        for (uint256 i = 0; i < open.length; ++i) {
            if (open[i] && i != books.circle.settled) ++receivers;
        }
        return receivers == 0 ? 0 : forfeited / receivers;
    }

    // --------------------------------------------------------------------------------------- what a member's means pay

    function _meansOf(
        Books memory books,
        IRotatingPools.Member storage member
    ) private view returns (Means memory means) {
        means.claimable = member.claimable;
        means.collateral = member.collateral;
        if (books.circle.invested) {
            means.shares = member.shares;
            means.claimableShares = member.claimableShares;
        }
    }

    function _takeClaimable(
        Books memory books,
        Means memory means,
        uint256 owed
    ) private view returns (Money memory money) {
        money.cash = owed.min(means.claimable);
        money.assets = money.cash;
        means.claimable -= money.cash;
        if (money.assets == owed || means.claimableShares == 0 || !_mayTakeShares(books)) return money;
        uint256 assets = (owed - money.assets).min(books.price.toAssetsDown(means.claimableShares));
        if (assets == 0) return money;
        money.assets += assets;
        money.shares = books.price.toSharesUp(assets);
        means.claimableShares -= money.shares;
    }

    /// @dev Money goes before shares. A penalty is taken from nothing but what is above all that the member could still
    /// owe: contributions come before penalties, also those of later rounds.
    /// @param owed What is to be paid.
    /// @param owedInAll What they could still owe to others up to the end, that included.
    function _takeCollateral(
        Books memory books,
        Means memory means,
        uint256 owed,
        uint256 owedInAll
    ) private view returns (Money memory money, uint256 penalty) {
        if (owed == 0) return (money, 0);
        uint256 worth = means.collateral;
        if (means.shares > 0 && _mayTakeShares(books)) worth += books.price.toAssetsDown(means.shares);
        money.assets = owed.min(worth);
        if (money.assets == 0) return (money, 0);
        penalty = CircleRules.penaltyDown(money.assets, books.circle.penaltyBps).min(
            worth.saturatingSub(owedInAll)
        );
        uint256 taken = money.assets + penalty;
        money.cash = taken.min(means.collateral);
        means.collateral -= money.cash;
        if (taken > money.cash) {
            money.shares = books.price.toSharesUp(taken - money.cash);
            means.shares -= money.shares;
        }
    }

    /// @dev Whether somebody's means pay what they owe. It is taken off them.
    function _canPay(
        Books memory books,
        Means memory means,
        uint256 owed,
        uint256 owedInAll
    ) private view returns (bool) {
        uint256 taken = _takeClaimable(books, means, owed).assets;
        (Money memory more, ) = _takeCollateral(books, means, owed - taken, owedInAll - taken);
        return taken + more.assets == owed;
    }

    /// @dev What can be claimed: what was credited, and of the collateral what secures nothing any more, shares first.
    function _free(
        CircleLedger storage ledger,
        Books memory books,
        IRotatingPools.Member storage member,
        Means memory means
    ) private view returns (uint256 cash, uint256 shares) {
        uint256 required = ledger.admissions[books.circleId].collateral;
        return _freeOf(books, means, books.circle.lockedOf(member, required));
    }

    function _freeOf(
        Books memory books,
        Means memory means,
        uint256 locked
    ) private view returns (uint256 cash, uint256 shares) {
        cash = means.collateral.saturatingSub(locked);
        means.collateral -= cash;
        cash += means.claimable;
        uint256 inShares = locked - means.collateral.min(locked);
        shares = means.shares;
        if (locked == type(uint256).max) shares = 0;
        else if (shares > 0 && inShares > 0) {
            shares = shares.saturatingSub(_priceOf(books).toSharesUp(inShares));
        }
        means.shares -= shares;
        shares += means.claimableShares;
    }

    /// @dev What is locked of a member's collateral when they owe no more than this in all.
    function _lockedAfter(
        CircleLedger storage ledger,
        Books memory books,
        bool served,
        uint256 owedInAll
    ) private view returns (uint256) {
        if (books.circle.state > IRotatingPools.State.Running) return 0;
        uint256 owed = owedInAll;
        if (!served) owed += books.circle.contribution;
        uint256 required = ledger.admissions[books.circleId].collateral;
        return required.min(owed + CircleRules.penaltyUp(owed, books.circle.penaltyBps));
    }

    // ------------------------------------------------------------------------------------------------------- inside

    function _credit(
        CircleLedger storage ledger,
        Books memory books,
        address account,
        uint256 cash,
        uint256 shares
    ) private returns (uint256 claimableAfter, uint256 sharesAfter) {
        IRotatingPools.Member storage member = ledger.members[books.circleId][account];
        claimableAfter = member.claimable + cash;
        if (cash > 0) member.claimable = claimableAfter.toUint112();
        if (!books.circle.invested) return (claimableAfter, 0);
        sharesAfter = member.claimableShares + shares;
        if (shares > 0) member.claimableShares = sharesAfter.toUint128();
    }

    /// @dev In good standing is who has paid all settled rounds and has their collateral back.
    function _restoreIfEven(
        uint256 circleId,
        IRotatingPools.Circle memory circle,
        address account,
        IRotatingPools.Member storage member
    ) private {
        if (!member.defaulted || member.used > 0) return;
        if (member.paid < circle.dueBefore()) return;
        member.defaulted = false;
        emit IRotatingPools.MemberRestored(circleId, account);
    }

    /// @dev While a settlement waits, what somebody has in the circle may have to pay the round.
    function _requirePaid(
        Books memory books,
        address account,
        IRotatingPools.Member storage member
    ) private view {
        if (!books.circle.isDue() || !_owesTheRound(books, member)) return;
        revert IRotatingPools.PayDueFirst(books.circleId, account, books.circle.settled);
    }

    function _owesTheRound(
        Books memory books,
        IRotatingPools.Member storage member
    ) private view returns (bool) {
        return member.joined && member.paid < books.circle.dueNow();
    }

    function _arrearsOf(
        Books memory books,
        IRotatingPools.Member storage member
    ) private view returns (uint256) {
        return books.circle.owedOf(member, books.circle.dueBefore());
    }

    /// @dev What a member could still owe to others up to the end. To themselves nobody owes anything.
    function _owedInAll(
        Books memory books,
        IRotatingPools.Member storage member
    ) private view returns (uint256 owed) {
        owed = books.circle.owedOf(member, books.circle.dueInAll());
        if (!member.served) owed = owed.saturatingSub(books.circle.contribution);
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

    function _mayTakeShares(Books memory books) private view returns (bool) {
        _priceOf(books);
        return books.complete || !books.patient;
    }

    /// @dev The vault values its strategies to say its price, so it is asked at most once.
    function _priceOf(Books memory books) private view returns (SharePrice memory) {
        if (books.price.shares == 0) (books.price, books.complete) = books.vault.certainPrice();
        return books.price;
    }
}
