// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {SignatureChecker} from "@openzeppelin/contracts/utils/cryptography/SignatureChecker.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {VrfConsumer} from "../lottery/VrfConsumer.sol";
import {VaultPool} from "../pool/VaultPool.sol";
import {IKhipuVault} from "../vault/IKhipuVault.sol";
import {SharePrice} from "../vault/SharePrice.sol";
import {CircleForming} from "./CircleForming.sol";
import {CircleLedger, Round} from "./CircleLedger.sol";
import {CircleRules} from "./CircleRules.sol";
import {IRotatingPools} from "./IRotatingPools.sol";
import {PayoutQueue} from "./PayoutQueue.sol";
import {RoundSettlement} from "./RoundSettlement.sol";

/// @title RotatingPools
/// @notice See {IRotatingPools}.
contract RotatingPools is IRotatingPools, VaultPool, VrfConsumer, EIP712 {
    using CircleForming for CircleLedger;
    using CircleRules for Circle;
    using Math for uint256;
    using PayoutQueue for address[];
    using RoundSettlement for CircleLedger;
    using SafeCast for uint256;
    using SafeERC20 for IERC20;

    /// @dev What a member's shares cost, how many they are, and how many the circle has then.
    struct Purchase {
        uint256 cost;
        uint256 shares;
        uint256 circleShares;
    }

    bytes32 private constant INVITATION_TYPEHASH = keccak256(
        "Invitation(uint256 circleId,address invitee,uint32 epoch,uint256 deadline)"
    );

    /// @inheritdoc IRotatingPools
    uint256 public immutable drawFee;

    /// @inheritdoc IRotatingPools
    uint256 public immutable answerTime;

    /// @inheritdoc IRotatingPools
    uint256 public circleCount;

    /// @inheritdoc IRotatingPools
    mapping(uint256 circleId => bytes32 termsHash) public termsHashOf;

    CircleLedger private _ledger;

    mapping(uint256 circleId => uint256 word) private _words;
    mapping(uint256 requestId => uint256 circleId) private _requests;
    mapping(uint256 circleId => mapping(uint256 round => mapping(address account => bytes32 bid)))
        private _bids;

    /// @param vault_ Where collateral and what is paid ahead go.
    /// @param vrf How to ask for randomness.
    /// @param drawFee_ What drawing an order costs whoever asks for it, so that nobody empties the subscription.
    /// @param answerTime_ How many seconds a random word may take, from one minute to 30 days.
    constructor(
        IKhipuVault vault_,
        Vrf memory vrf,
        uint256 drawFee_,
        uint256 answerTime_
    ) VaultPool(vault_) VrfConsumer(vrf) EIP712("RotatingPools", "1") {
        if (answerTime_ < 1 minutes || answerTime_ > 30 days) revert AnswerTimeOutOfRange(answerTime_);
        drawFee = drawFee_;
        answerTime = answerTime_;
    }

    // ----------------------------------------------------------------------------------------- before the first round

    /// @inheritdoc IRotatingPools
    function createCircle(
        Terms calldata terms,
        bool joining
    ) external nonReentrant returns (uint256 circleId) {
        circleId = ++circleCount;
        termsHashOf[circleId] = _ledger.create(circleId, terms);
        if (joining) _join(circleId);
    }

    /// @inheritdoc IRotatingPools
    function join(uint256 circleId, bytes32 termsHash) external nonReentrant {
        Admission memory admission = _agreed(circleId, termsHash);
        if (!admission.open && msg.sender != admission.creator) revert InvitationNeeded(circleId);
        _join(circleId);
    }

    /// @inheritdoc IRotatingPools
    function joinWithInvitation(
        uint256 circleId,
        bytes32 termsHash,
        uint256 deadline,
        bytes calldata signature
    ) external nonReentrant {
        Admission memory admission = _agreed(circleId, termsHash);
        if (block.timestamp > deadline) revert InvitationExpired(deadline);
        bytes32 invitation = _hashTypedDataV4(
            keccak256(
                abi.encode(INVITATION_TYPEHASH, circleId, msg.sender, admission.invitationEpoch, deadline)
            )
        );
        if (!SignatureChecker.isValidSignatureNowCalldata(admission.creator, invitation, signature)) {
            revert InvitationInvalid(circleId, msg.sender);
        }
        _join(circleId);
    }

    /// @inheritdoc IRotatingPools
    function revokeInvitations(uint256 circleId) external {
        Admission storage admission = _ledger.admissions[circleId];
        if (msg.sender != admission.creator) revert NotCreator(circleId, msg.sender);
        uint32 epoch = ++admission.invitationEpoch;
        emit InvitationsRevoked(circleId, msg.sender, epoch);
    }

    /// @inheritdoc IRotatingPools
    function leave(
        uint256 circleId,
        address receiver,
        uint256 minAssets
    ) external nonReentrant returns (uint256 assets) {
        bool invested;
        uint256 shares;
        (invested, shares, assets) = _leave(circleId, receiver);
        if (assets < minAssets) revert TooFewAssets(assets, minAssets);
        _payShares(invested, shares, receiver);
    }

    /// @inheritdoc IRotatingPools
    function leaveAsShares(
        uint256 circleId,
        address receiver
    ) external nonReentrant returns (uint256 shares) {
        bool invested;
        (invested, shares, ) = _leave(circleId, receiver);
        _giveShares(invested, shares, receiver);
    }

    /// @inheritdoc IRotatingPools
    function requestOrder(uint256 circleId) external payable nonReentrant returns (uint256 requestId) {
        Circle memory circle = _in(circleId, State.Forming);
        if (circle.order != Order.Random) revert OrderNotRandom(circleId);
        Admission storage admission = _ledger.admissions[circleId];
        if (admission.memberCount < circle.members) {
            revert CircleNotFull(circleId, admission.memberCount, circle.members);
        }
        if (block.timestamp > admission.deadline) revert JoiningOver(circleId, admission.deadline);
        if (msg.value < drawFee) revert DrawFeeTooLow(msg.value, drawFee);
        uint256 deadline = block.timestamp + answerTime;
        _ledger.circles[circleId].state = State.Requested;
        admission.deadline = uint40(deadline);
        requestId = _requestWord();
        _requests[requestId] = circleId;
        emit OrderRequested(circleId, requestId, msg.sender, deadline);
        if (msg.value > 0) coordinator.fundSubscriptionWithNative{value: msg.value}(subscription);
    }

    /// @inheritdoc IRotatingPools
    function start(uint256 circleId) external nonReentrant {
        _in(circleId, State.Answered);
        _ledger.start(circleId, true, _words[circleId]);
    }

    /// @inheritdoc IRotatingPools
    function abort(uint256 circleId) external nonReentrant {
        _ledger.abort(circleId);
    }

    // ---------------------------------------------------------------------------------------------------- in a round

    /// @inheritdoc IRotatingPools
    function contribute(
        uint256 circleId,
        address member,
        uint256 assets,
        uint256 maxPenalty
    ) external nonReentrant returns (uint256 paid, uint256 penalty) {
        Circle memory circle = _upToDate(circleId);
        Member storage payee = _memberOf(circleId, member);
        Contribution memory made;
        (made.arrears, made.due) = _dueOf(circle, payee);
        made.arrears = made.arrears.min(assets);
        made.due = made.due.min(assets - made.arrears);
        paid = made.arrears + made.due;
        if (paid == 0) revert NothingToPay(circleId, member);
        uint256 late = _latePart(circle, made.due);
        uint256 arrearsPenalty = CircleRules.penaltyUp(made.arrears, circle.penaltyBps);
        uint256 duePenalty = CircleRules.penaltyUp(late, circle.penaltyBps);
        penalty = arrearsPenalty + duePenalty;
        if (penalty > maxPenalty) revert PenaltyTooHigh(penalty, maxPenalty);
        if (made.arrears > 0) _ledger.payArrears(circleId, member, made.arrears, arrearsPenalty);
        if (made.due > 0) payee.paid += uint112(made.due);
        if (duePenalty > 0) _ledger.rounds[circleId].penalties += uint112(duePenalty);
        made.penalty = penalty;
        _addCash(circleId, paid + penalty);
        _emitContribution(circleId, circle, member, payee, made);
        _take(paid + penalty);
    }

    /// @inheritdoc IRotatingPools
    function contributeAhead(
        uint256 circleId,
        address member,
        uint256 assets
    ) external nonReentrant returns (uint256 paid) {
        Circle memory circle = _running(circleId);
        Member storage payee = _memberOf(circleId, member);
        (uint256 arrears, uint256 due) = _dueOf(circle, payee);
        if (arrears + due > 0) revert PayDueFirst(circleId, member, arrears + due);
        paid = assets.min(circle.dueInAll() - payee.paid - payee.ahead);
        if (paid == 0) revert NothingToPay(circleId, member);
        Contribution memory made;
        made.ahead = paid;
        Purchase memory bought = _buyForMember(circleId, circle, payee, paid);
        made.rounding = bought.cost - paid;
        made.shares = bought.shares;
        payee.ahead += uint112(paid);
        _emitContribution(circleId, circle, member, payee, made);
    }

    /// @inheritdoc IRotatingPools
    function restoreCollateral(
        uint256 circleId,
        address member,
        uint256 assets
    ) external nonReentrant returns (uint256 paid) {
        Circle memory circle = _running(circleId);
        Member storage payee = _memberOf(circleId, member);
        paid = assets.min(payee.used);
        if (paid == 0) revert NothingToPay(circleId, member);
        payee.used -= uint112(paid);
        _payBack(circleId, circle, member, paid);
        _ledger.restoreIfEven(circleId, member);
    }

    /// @inheritdoc IRotatingPools
    function commitBid(uint256 circleId, bytes32 commitment) external nonReentrant {
        Circle memory circle = _running(circleId);
        if (circle.order != Order.Bids) revert OrderNotByBids(circleId);
        _requireMayBid(circleId, circle);
        if (commitment == 0) revert BidInvalid(circleId, msg.sender);
        mapping(address account => bytes32 bid) storage bids = _bids[circleId][circle.settled];
        uint256 deposit = bids[msg.sender] == 0 ? _ledger.admissions[circleId].bidDeposit : 0;
        bids[msg.sender] = commitment;
        if (deposit > 0) ++_ledger.rounds[circleId].sealedBids;
        uint256 cashAfter = _addCash(circleId, deposit);
        emit BidCommitted(
            circleId,
            msg.sender,
            circle.settled,
            commitment,
            deposit,
            _ledger.rounds[circleId].sealedBids,
            cashAfter
        );
        if (deposit > 0) _take(deposit);
    }

    /// @inheritdoc IRotatingPools
    function revealBid(uint256 circleId, uint256 discount, bytes32 salt) external nonReentrant {
        Circle memory circle = _running(circleId);
        uint256 payBy = circle.payBy();
        if (block.timestamp <= payBy) revert RevealingNotOpen(circleId, circle.settled, payBy);
        if (
            _bids[circleId][circle.settled][msg.sender] !=
            sealBid(circleId, circle.settled, msg.sender, discount, salt)
        ) revert BidInvalid(circleId, msg.sender);
        uint256 most = (uint256(circle.members) - 1) * circle.contribution;
        if (discount > most) revert DiscountTooHigh(discount, most);
        delete _bids[circleId][circle.settled][msg.sender];
        Round storage round = _ledger.rounds[circleId];
        uint8 sealedBids = --round.sealedBids;
        Member storage member = _ledger.members[circleId][msg.sender];
        member.claimable += _ledger.admissions[circleId].bidDeposit;
        bool leads = _outbids(circleId, circle.settled, discount, round);
        if (leads) (round.leader, round.discount) = (msg.sender, uint96(discount));
        emit BidRevealed(circleId, msg.sender, circle.settled, discount, leads, sealedBids, member.claimable);
    }

    /// @inheritdoc IRotatingPools
    function settle(uint256 circleId, uint256 maxRounds) external nonReentrant returns (uint256 rounds) {
        Circle memory circle = _in(circleId, State.Running);
        if (!circle.isDue()) revert RoundRunning(circleId, circle.settled, circle.settleFrom());
        return _ledger.settle(vault, circleId, maxRounds).settled - circle.settled;
    }

    /// @inheritdoc IRotatingPools
    function collectArrears(uint256 circleId, address member) external nonReentrant returns (uint256 paid) {
        (uint256 arrears, ) = _dueOf(_upToDate(circleId), _memberOf(circleId, member));
        if (arrears > 0) paid = _ledger.collectArrears(vault, circleId, member);
        if (paid == 0) revert NothingToPay(circleId, member);
    }

    /// @inheritdoc IRotatingPools
    function claim(
        uint256 circleId,
        address receiver,
        uint256 minAssets
    ) external nonReentrant returns (uint256 assets) {
        (bool invested, uint256 cash, uint256 shares, uint256 worth) = _claim(circleId, receiver);
        assets = cash + worth;
        if (assets < minAssets) revert TooFewAssets(assets, minAssets);
        if (cash > 0) asset.safeTransfer(receiver, cash);
        _payShares(invested, shares, receiver);
    }

    /// @inheritdoc IRotatingPools
    function claimAsShares(
        uint256 circleId,
        address receiver
    ) external nonReentrant returns (uint256 cash, uint256 shares) {
        bool invested;
        (invested, cash, shares, ) = _claim(circleId, receiver);
        if (cash > 0) asset.safeTransfer(receiver, cash);
        _giveShares(invested, shares, receiver);
    }

    // ------------------------------------------------------------------------------------------------------- views

    /// @inheritdoc IRotatingPools
    function circleOf(uint256 circleId) external view returns (Circle memory) {
        return _circleOf(circleId);
    }

    /// @inheritdoc IRotatingPools
    function admissionOf(uint256 circleId) external view returns (Admission memory admission) {
        admission = _ledger.admissions[circleId];
        if (admission.creator == address(0)) revert CircleUnknown(circleId);
    }

    /// @inheritdoc IRotatingPools
    function holdingsOf(uint256 circleId) external view returns (uint256 cash, uint256 shares) {
        Holdings memory held = _ledger.holdings[circleId];
        return (held.cash, held.shares);
    }

    /// @inheritdoc IRotatingPools
    function memberOf(uint256 circleId, address account) external view returns (Member memory) {
        return _ledger.members[circleId][account];
    }

    /// @inheritdoc IRotatingPools
    function queueOf(uint256 circleId) external view returns (address[] memory) {
        return _ledger.queues[circleId];
    }

    /// @inheritdoc IRotatingPools
    function claimableOf(
        uint256 circleId,
        address member
    ) external view returns (uint256 cash, uint256 shares) {
        Circle memory circle = _circleOf(circleId);
        Member storage account = _ledger.members[circleId][member];
        if (!account.joined || circle.state < State.Running) return (0, 0);
        (uint256 arrears, ) = _dueOf(circle, account);
        uint256 fromCash = arrears.min(account.claimable);
        cash = account.claimable - fromCash;
        shares = _freeShares(circleId, circle, account, arrears - fromCash);
    }

    /// @inheritdoc IRotatingPools
    function dueOf(
        uint256 circleId,
        address member
    ) external view returns (uint256 arrears, uint256 due, uint256 penalty) {
        Circle memory circle = _circleOf(circleId);
        (arrears, due) = _dueOf(circle, _memberOf(circleId, member));
        penalty =
            CircleRules.penaltyUp(arrears, circle.penaltyBps) +
            CircleRules.penaltyUp(_latePart(circle, due), circle.penaltyBps);
    }

    /// @inheritdoc IRotatingPools
    function roundOf(
        uint256 circleId
    ) external view returns (address leader, uint256 discount, uint256 sealedBids, uint256 penalties) {
        Round memory round = _ledger.rounds[circleId];
        return (round.leader, round.discount, round.sealedBids, round.penalties);
    }

    /// @inheritdoc IRotatingPools
    function hashOf(Terms calldata terms) public pure returns (bytes32) {
        return keccak256(abi.encode(terms));
    }

    /// @inheritdoc IRotatingPools
    function fullCollateral(
        uint256 contribution,
        uint256 penaltyBps,
        uint256 members
    ) external pure returns (uint256) {
        return CircleRules.fullCollateral(contribution, penaltyBps, members);
    }

    /// @inheritdoc IRotatingPools
    function sealBid(
        uint256 circleId,
        uint256 round,
        address member,
        uint256 discount,
        bytes32 salt
    ) public view returns (bytes32) {
        return keccak256(abi.encode(block.chainid, address(this), circleId, round, member, discount, salt));
    }

    // ----------------------------------------------------------------------------------------------- inside: forming

    function _agreed(uint256 circleId, bytes32 termsHash) private view returns (Admission memory admission) {
        admission = _ledger.admissions[circleId];
        if (admission.creator == address(0)) revert CircleUnknown(circleId);
        if (termsHash != termsHashOf[circleId]) revert TermsDiffer(circleId, termsHashOf[circleId]);
    }

    function _join(uint256 circleId) private {
        (Circle memory circle, Admission memory admission) = _ledger.enter(circleId);
        Member storage member = _ledger.members[circleId][msg.sender];
        Purchase memory bought = _buyForMember(circleId, circle, member, admission.collateral);
        emit UserJoined(
            circleId,
            msg.sender,
            bought.cost,
            bought.shares,
            admission.memberCount,
            bought.circleShares
        );
        if (admission.memberCount == circle.members && circle.order != Order.Random) {
            _ledger.start(circleId, false, 0);
        }
    }

    function _leave(
        uint256 circleId,
        address receiver
    ) private returns (bool invested, uint256 shares, uint256 assets) {
        uint256 memberCount;
        (invested, shares, memberCount) = _ledger.strike(circleId);
        assets = shares == 0 ? 0 : _sharePrice(invested).toAssetsDown(shares);
        emit UserLeft(
            circleId,
            msg.sender,
            receiver,
            assets,
            shares,
            memberCount,
            _ledger.holdings[circleId].shares
        );
    }

    /// @inheritdoc VrfConsumer
    function _receiveWord(uint256 requestId, uint256 word) internal override {
        uint256 circleId = _requests[requestId];
        Circle storage circle = _ledger.circles[circleId];
        if (circle.state != State.Requested || block.timestamp > _ledger.admissions[circleId].deadline) {
            emit AnswerIgnored(requestId);
            return;
        }
        circle.state = State.Answered;
        _words[circleId] = word;
        emit OrderAnswered(circleId, requestId, word);
    }

    // ------------------------------------------------------------------------------------------------ inside: rounds

    function _circleOf(uint256 circleId) private view returns (Circle memory circle) {
        circle = _ledger.circles[circleId];
        if (circle.state == State.Unknown) revert CircleUnknown(circleId);
    }

    function _memberOf(uint256 circleId, address account) private view returns (Member storage member) {
        member = _ledger.members[circleId][account];
        if (!member.joined) revert NotMember(circleId, account);
    }

    /// @dev The circle with all rounds settled that are over.
    function _upToDate(uint256 circleId) private returns (Circle memory circle) {
        circle = _circleOf(circleId);
        if (circle.isDue()) circle = _ledger.settle(vault, circleId, type(uint256).max);
    }

    function _in(uint256 circleId, State needed) private view returns (Circle memory circle) {
        circle = _circleOf(circleId);
        if (circle.state != needed) revert WrongState(circleId, circle.state, needed);
    }

    /// @dev The circle up to date, and still running then.
    function _running(uint256 circleId) private returns (Circle memory circle) {
        circle = _upToDate(circleId);
        if (circle.state != State.Running) revert WrongState(circleId, circle.state, State.Running);
    }

    function _dueOf(
        Circle memory circle,
        Member storage member
    ) private view returns (uint256 arrears, uint256 due) {
        if (circle.state < State.Running || circle.state == State.Aborted) return (0, 0);
        uint256 paid = uint256(member.paid) + member.ahead;
        arrears = circle.dueBefore().saturatingSub(paid);
        due = circle.dueNow().saturatingSub(paid + arrears);
    }

    function _latePart(Circle memory circle, uint256 due) private view returns (uint256) {
        return block.timestamp > circle.payBy() ? due : 0;
    }

    function _requireMayBid(uint256 circleId, Circle memory circle) private view {
        uint256 payBy = circle.payBy();
        if (block.timestamp > payBy) revert BiddingOver(circleId, circle.settled, payBy);
        Member storage member = _memberOf(circleId, msg.sender);
        if (member.served) revert AlreadyServed(circleId, msg.sender);
        if (member.defaulted) revert InDefault(circleId, msg.sender);
    }

    /// @dev Ties go to who is earlier in the order of payout, so that it does not matter who reveals first.
    function _outbids(
        uint256 circleId,
        uint256 number,
        uint256 discount,
        Round storage round
    ) private view returns (bool) {
        address leader = round.leader;
        if (leader == address(0) || discount > round.discount) return true;
        if (discount < round.discount) return false;
        address[] storage queue = _ledger.queues[circleId];
        return queue.placeOf(number, msg.sender) < queue.placeOf(number, leader);
    }

    function _claim(
        uint256 circleId,
        address receiver
    ) private returns (bool invested, uint256 cash, uint256 shares, uint256 worth) {
        Circle memory circle = _upToDate(circleId);
        Member storage member = _memberOf(circleId, msg.sender);
        if (circle.state < State.Running) revert WrongState(circleId, circle.state, State.Running);
        (uint256 arrears, ) = _dueOf(circle, member);
        bool collected = arrears > 0 && _ledger.collectArrears(vault, circleId, msg.sender) > 0;
        invested = circle.invested;
        cash = member.claimable;
        shares = _freeShares(circleId, circle, member, 0);
        if (cash + shares == 0) {
            if (!collected) revert NothingToClaim(circleId, msg.sender);
            return (invested, 0, 0, 0);
        }
        if (shares > 0) worth = _sharePrice(invested).toAssetsDown(shares);
        member.claimable = 0;
        member.shares -= uint128(shares);
        Holdings storage held = _ledger.holdings[circleId];
        held.cash -= uint112(cash);
        held.shares -= uint128(shares);
        emit PayoutClaimed(
            circleId,
            msg.sender,
            receiver,
            cash,
            shares,
            cash + worth,
            member.shares,
            held.cash,
            held.shares
        );
    }

    /// @dev Shares above what is locked, and above what the arrears would take.
    function _freeShares(
        uint256 circleId,
        Circle memory circle,
        Member storage member,
        uint256 arrears
    ) private view returns (uint256) {
        uint256 shares = member.shares;
        uint256 kept = circle.lockedOf(member, _ledger.admissions[circleId].collateral).max(
            arrears + CircleRules.penaltyDown(arrears, circle.penaltyBps)
        );
        if (shares == 0 || kept == 0) return shares;
        return shares.saturatingSub(_sharePrice(circle.invested).toSharesUp(kept));
    }

    function _payBack(uint256 circleId, Circle memory circle, address account, uint256 assets) private {
        Member storage member = _ledger.members[circleId][account];
        Purchase memory bought = _buyForMember(circleId, circle, member, assets);
        emit CollateralRestored(
            circleId,
            account,
            msg.sender,
            assets,
            bought.cost,
            bought.shares,
            member.used,
            member.shares,
            bought.circleShares
        );
    }

    function _emitContribution(
        uint256 circleId,
        Circle memory circle,
        address member,
        Member storage payee,
        Contribution memory made
    ) private {
        Holdings memory held = _ledger.holdings[circleId];
        made.round = circle.settled;
        made.aheadAfter = payee.ahead;
        made.paidAfter = payee.paid + made.aheadAfter;
        made.sharesAfter = payee.shares;
        made.circleCashAfter = held.cash;
        made.circleSharesAfter = held.shares;
        emit ContributionMade(circleId, member, msg.sender, made);
    }

    // ------------------------------------------------------------------------------------------------- inside: money

    /// @dev Takes the caller's money and buys shares that are worth at least `assets`.
    function _buyForMember(
        uint256 circleId,
        Circle memory circle,
        Member storage member,
        uint256 assets
    ) private returns (Purchase memory bought) {
        if (assets > 0) {
            if (circle.invested) {
                SharePrice memory price = vault.sharePrice();
                uint256 least = price.toSharesUp(assets);
                bought.cost = price.toAssetsUp(least);
                bought.shares = _buyShares(bought.cost, least);
            } else {
                (bought.cost, bought.shares) = (assets, assets);
                _take(assets);
            }
            member.shares += bought.shares.toUint128();
        }
        bought.circleShares = _ledger.holdings[circleId].shares + bought.shares;
        _ledger.holdings[circleId].shares = bought.circleShares.toUint128();
    }

    /// @dev Money that stays here, so whoever sends an asset that keeps a fee must not be credited all of it.
    function _take(uint256 assets) private {
        uint256 before = asset.balanceOf(address(this));
        asset.safeTransferFrom(msg.sender, address(this), assets);
        uint256 received = asset.balanceOf(address(this)) - before;
        if (received != assets) revert AssetTookFee(assets, received);
    }

    function _payShares(bool invested, uint256 shares, address receiver) private {
        if (shares == 0) return;
        if (invested) _sellShares(shares, receiver, 0);
        else asset.safeTransfer(receiver, shares);
    }

    function _giveShares(bool invested, uint256 shares, address receiver) private {
        if (shares == 0) return;
        if (invested) _sendShares(shares, receiver);
        else asset.safeTransfer(receiver, shares);
    }

    function _addCash(uint256 circleId, uint256 assets) private returns (uint256 cash) {
        cash = _ledger.holdings[circleId].cash + assets;
        _ledger.holdings[circleId].cash = cash.toUint112();
    }

    function _sharePrice(bool invested) private view returns (SharePrice memory) {
        return invested ? vault.sharePrice() : SharePrice(1, 1);
    }
}
