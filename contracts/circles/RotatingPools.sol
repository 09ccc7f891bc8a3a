// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {VrfConsumer} from "../lottery/VrfConsumer.sol";
import {SignedBy} from "../permit/SignedBy.sol";
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
    using SignedBy for bytes32;
    using SafeCast for uint256;
    using SafeERC20 for IERC20;

    /// @dev What the coordinator's own part of an answer takes at most, beside the callback.
    uint256 private constant ANSWER_GAS = 200_000;

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

    mapping(uint256 requestId => uint256 circleId) private _requests;

    /// @param vault_ Where collateral goes.
    /// @param vrf How to ask for randomness.
    /// @param drawFee_ What drawing an order costs whoever asks for it, so that nobody empties the subscription: at
    /// least twice what an answer costs at the gas price of the deployment.
    /// @param answerTime_ How many seconds a random word may take, from one minute to 30 days.
    constructor(
        IKhipuVault vault_,
        Vrf memory vrf,
        uint256 drawFee_,
        uint256 answerTime_
    ) VaultPool(vault_) VrfConsumer(vrf) EIP712("RotatingPools", "1") {
        if (answerTime_ < 1 minutes || answerTime_ > 30 days) revert AnswerTimeOutOfRange(answerTime_);
        if (!vrf.nativePayment) revert NativePaymentNeeded();
        uint256 least = Math.max(2 * block.basefee * (vrf.callbackGas + ANSWER_GAS), 1);
        if (drawFee_ < least) revert DrawFeeTooLow(drawFee_, least);
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
        if (!invitation.isSignedBy(admission.creator, signature)) {
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
        uint256 cash;
        uint256 shares;
        (cash, shares, assets) = _ledger.strike(vault, circleId, receiver);
        if (assets < minAssets) revert TooFewAssets(assets, minAssets);
        _pay(receiver, cash, shares, assets - cash);
    }

    /// @inheritdoc IRotatingPools
    function leaveAsShares(
        uint256 circleId,
        address receiver
    ) external nonReentrant returns (uint256 cash, uint256 shares) {
        (cash, shares, ) = _ledger.strike(vault, circleId, receiver);
        _pay(receiver, cash, shares, 0);
    }

    /// @inheritdoc IRotatingPools
    function requestOrder(uint256 circleId) external payable nonReentrant returns (uint256 requestId) {
        _circleOf(circleId);
        if (msg.value < drawFee) revert DrawFeeTooLow(msg.value, drawFee);
        uint256 deadline = _ledger.request(vault, circleId, answerTime);
        requestId = _requestWord();
        _requests[requestId] = circleId;
        emit OrderRequested(circleId, requestId, msg.sender, deadline);
        coordinator.fundSubscriptionWithNative{value: msg.value}(subscription);
    }

    /// @inheritdoc IRotatingPools
    function start(uint256 circleId) external nonReentrant {
        _circleOf(circleId);
        _ledger.start(vault, circleId);
    }

    /// @inheritdoc IRotatingPools
    function abort(uint256 circleId) external nonReentrant {
        _ledger.abort(vault, circleId);
    }

    // ---------------------------------------------------------------------------------------------------- in a round

    /// @inheritdoc IRotatingPools
    function contribute(
        uint256 circleId,
        address member,
        uint256 round,
        uint256 assets,
        uint256 maxPenalty
    ) external nonReentrant returns (uint256 paid, uint256 penalty) {
        Circle memory circle = _upToDate(circleId);
        if (round >= circle.members) revert RoundUnknown(circleId, round);
        Member storage payee = _memberOf(circleId, member);
        Contribution memory made = circle.partsOf(payee, round, assets);
        paid = made.arrears + made.due + made.ahead;
        if (paid == 0) revert NothingToPay(circleId, member);
        uint256 arrearsPenalty = CircleRules.penaltyUp(made.arrears, circle.penaltyBps);
        uint256 duePenalty = circle.latePenalty(made.due);
        penalty = arrearsPenalty + duePenalty;
        if (penalty > maxPenalty) revert PenaltyTooHigh(penalty, maxPenalty);
        if (made.arrears > 0) _ledger.payArrears(circleId, member, made.arrears, arrearsPenalty);
        if (paid > made.arrears) payee.paid += uint96(paid - made.arrears);
        if (duePenalty > 0) _ledger.rounds[circleId].penalties += uint112(duePenalty);
        (made.penalty, made.paidAfter) = (penalty, payee.paid);
        made.circleCashAfter = _addCash(circleId, paid + penalty);
        emit ContributionMade(circleId, member, msg.sender, made);
        _take(paid + penalty);
    }

    /// @inheritdoc IRotatingPools
    function restoreCollateral(
        uint256 circleId,
        address member,
        uint256 assets
    ) external nonReentrant returns (uint256 paid) {
        _upToDate(circleId);
        _memberOf(circleId, member);
        paid = _ledger.restore(vault, circleId, member, assets);
        _take(paid);
    }

    /// @inheritdoc IRotatingPools
    function divest(
        uint256 circleId,
        uint256 shares,
        uint256 minAssets
    ) external nonReentrant returns (uint256 assets) {
        (shares, assets) = _ledger.divest(vault, circleId, shares);
        if (assets < minAssets) revert TooFewAssets(assets, minAssets);
        _sellShares(shares, address(this), assets);
    }

    /// @inheritdoc IRotatingPools
    function commitBid(uint256 circleId, bytes32 commitment) external nonReentrant {
        Circle memory circle = _running(circleId);
        if (circle.order != Order.Bids) revert OrderNotByBids(circleId);
        _requireMayBid(circleId, circle);
        if (commitment == 0) revert BidInvalid(circleId, msg.sender);
        mapping(address account => bytes32 bid) storage bids = _ledger.bids[circleId][circle.settled];
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
        if (circle.isDue()) revert SettlementWaits(circleId, circle.settled, circle.waitsUntil());
        if (
            _ledger.bids[circleId][circle.settled][msg.sender] !=
            sealBid(circleId, circle.settled, msg.sender, discount, salt)
        ) revert BidInvalid(circleId, msg.sender);
        uint256 deposit = _ledger.admissions[circleId].bidDeposit;
        uint256 most = deposit.min((uint256(circle.members) - 1) * circle.contribution);
        if (discount > most) revert DiscountTooHigh(discount, most);
        delete _ledger.bids[circleId][circle.settled][msg.sender];
        Round storage round = _ledger.rounds[circleId];
        uint8 sealedBids = --round.sealedBids;
        Member storage member = _ledger.members[circleId][msg.sender];
        member.claimable += uint112(deposit);
        bool leads = _outbids(circleId, circle.settled, discount, round);
        if (leads) (round.leader, round.discount) = (msg.sender, uint96(discount));
        emit BidRevealed(circleId, msg.sender, circle.settled, discount, leads, sealedBids, member.claimable);
    }

    /// @inheritdoc IRotatingPools
    function settle(uint256 circleId, uint256 maxRounds) external nonReentrant returns (uint256 rounds) {
        Circle memory circle = _begun(circleId);
        _require(circleId, circle, State.Running);
        if (!circle.isDue()) revert RoundRunning(circleId, circle.settled, circle.settleFrom());
        rounds = _ledger.settle(vault, circleId, maxRounds);
        if (rounds == 0) revert SettlementWaits(circleId, circle.settled, circle.waitsUntil());
    }

    /// @inheritdoc IRotatingPools
    function collectArrears(uint256 circleId, address member) external nonReentrant returns (uint256 paid) {
        _upToDate(circleId);
        _memberOf(circleId, member);
        paid = _ledger.collectArrears(vault, circleId, member);
        if (paid == 0) revert NothingToPay(circleId, member);
    }

    /// @inheritdoc IRotatingPools
    function claim(
        uint256 circleId,
        address receiver,
        uint256 minAssets
    ) external nonReentrant returns (uint256 assets) {
        _upToDate(circleId);
        (uint256 cash, uint256 shares, uint256 worth) = _ledger.claim(vault, circleId, receiver);
        assets = cash + worth;
        if (assets < minAssets) revert TooFewAssets(assets, minAssets);
        _pay(receiver, cash, shares, worth);
    }

    /// @inheritdoc IRotatingPools
    function claimAsShares(
        uint256 circleId,
        address receiver
    ) external nonReentrant returns (uint256 cash, uint256 shares) {
        _upToDate(circleId);
        (cash, shares, ) = _ledger.claim(vault, circleId, receiver);
        _pay(receiver, cash, shares, 0);
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
        _circleOf(circleId);
        return _ledger.claimableOf(vault, circleId, member);
    }

    /// @inheritdoc IRotatingPools
    function dueOf(
        uint256 circleId,
        address member
    ) external view returns (uint256 arrears, uint256 due, uint256 penalty) {
        _circleOf(circleId);
        _memberOf(circleId, member);
        return _ledger.dueOf(circleId, member);
    }

    /// @inheritdoc IRotatingPools
    function shortageOf(uint256 circleId, address member) external view returns (uint256) {
        _memberOf(circleId, member);
        return _ledger.missingOf(vault, circleId, member);
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
        (bool invested, uint256 assets) = _ledger.enter(circleId);
        uint256 shares;
        if (assets > 0) {
            if (invested) (assets, shares) = _invest(assets);
            else _take(assets);
        }
        _ledger.admit(vault, circleId, assets, shares);
    }

    /// @inheritdoc VrfConsumer
    function _receiveWord(uint256 requestId, uint256 word) internal override {
        _ledger.answer(_requests[requestId], requestId, word);
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

    /// @dev The circle, started if its order is known.
    function _begun(uint256 circleId) private returns (Circle memory circle) {
        circle = _circleOf(circleId);
        if (circle.state != State.Answered) return circle;
        _ledger.start(vault, circleId);
        return _circleOf(circleId);
    }

    /// @dev The circle with all rounds settled that are over and do not have to wait.
    function _upToDate(uint256 circleId) private returns (Circle memory circle) {
        circle = _begun(circleId);
        if (!circle.isDue()) return circle;
        _ledger.settle(vault, circleId, type(uint256).max);
        return _circleOf(circleId);
    }

    /// @dev The circle up to date, and still running then.
    function _running(uint256 circleId) private returns (Circle memory circle) {
        circle = _upToDate(circleId);
        _require(circleId, circle, State.Running);
    }

    function _require(uint256 circleId, Circle memory circle, State needed) private pure {
        if (circle.state != needed) revert WrongState(circleId, circle.state, needed);
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

    // ------------------------------------------------------------------------------------------------- inside: money

    /// @dev Takes the caller's money and buys shares that are worth at least `assets`.
    function _invest(uint256 assets) private returns (uint256 cost, uint256 shares) {
        SharePrice memory price = vault.sharePrice();
        uint256 least = price.toSharesUp(assets);
        cost = price.toAssetsUp(least);
        shares = _buyShares(cost, least);
    }

    /// @dev Money that stays here, so whoever sends an asset that keeps a fee must not be credited all of it.
    function _take(uint256 assets) private {
        uint256 before = asset.balanceOf(address(this));
        asset.safeTransferFrom(msg.sender, address(this), assets);
        uint256 received = asset.balanceOf(address(this)) - before;
        if (received != assets) revert AssetTookFee(assets, received);
    }

    /// @dev Shares that are worth nothing, or are not said to be sold, go as they are: some tokens refuse a transfer of
    /// nothing.
    function _pay(address receiver, uint256 cash, uint256 shares, uint256 worth) private {
        if (cash > 0) asset.safeTransfer(receiver, cash);
        if (shares == 0) return;
        if (worth > 0) _sellShares(shares, receiver, 0);
        else _sendShares(shares, receiver);
    }

    function _addCash(uint256 circleId, uint256 assets) private returns (uint256 cash) {
        cash = _ledger.holdings[circleId].cash + assets;
        _ledger.holdings[circleId].cash = cash.toUint112();
    }
}
