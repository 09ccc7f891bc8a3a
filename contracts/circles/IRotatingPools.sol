// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IVrfConsumer} from "../lottery/IVrfConsumer.sol";
import {IVaultPool} from "../pool/IVaultPool.sol";

/// @title IRotatingPools
/// @notice Savings circles (junta, tanda, pasanaku): in each round every member pays the same contribution, and one
/// member takes them all. Nobody owns this contract, and nothing in it can be stopped.
///
/// Members join by themselves and can leave until the circle is full. A round lasts `period` + `grace`: what is paid
/// after the period costs a penalty, and after the grace anybody may settle. Settling looks at the books alone: who has
/// not paid pays out of what they have in the circle, unclaimed or collateral, in this order; the pot goes to the next
/// member in the order of payout, who claims it. What is still missing makes the pot smaller, and belongs to that
/// member whenever it is paid after all. Every action on a circle first settles what is due.
///
/// A circle is collateralised if every member's collateral covers all that they could ever owe to others,
/// `(members - 1) x (contribution + penalty)`. Any other circle is trusted, and can be joined by invitation only. The
/// most that a member who pays everything can lose is said when a circle is created (`mostAtRisk`): without the vault,
/// as much of the others' contributions to one round as no collateral covers; in a collateralised circle, nothing.
///
/// Contributions, also those paid ahead, penalties and deposits are plain money in this contract, never in the vault.
/// Collateral is too, unless the circle is `invested`: then it is paid into the vault on joining, and any member can
/// turn their own back into plain money at any time ({divest}). All collateral is valued once, at one price, when the
/// circle starts or its order is asked for; who is short by then tops up or is struck out. What the vault loses later
/// is lost by whose collateral it was, and what it covers is less. Where such collateral has to pay, its shares are
/// handed over for what they are certainly worth. If the vault cannot say that for all of them, the settlement waits
/// for up to a week or half a period, whichever is less. Payments never wait.
///
/// In every event, `assets` and `cash` are in the asset's smallest unit, `shares` are vault shares, rounds are counted
/// from zero, times are seconds since 1970, and "After" are the numbers once the event has happened.
interface IRotatingPools is IVaultPool, IVrfConsumer {
    /// @notice Who takes the pot first. Joining: in the order of joining. Random: in an order drawn by Chainlink VRF
    /// before the first round. Bids: in each round the member who offers the others the largest discount.
    enum Order {
        Joining,
        Random,
        Bids
    }

    /// @notice Where a circle stands.
    /// Forming: members come and go. Full: nobody leaves any more; its order has to be asked for, or somebody has to
    /// make up for what their collateral has lost. Requested: it waits for the word that its order is drawn from.
    /// Answered: the word is there, and with it the moment at which the first round begins. Running: rounds follow each
    /// other. Completed: every member has been paid. Aborted: it never started; everybody takes their collateral back.
    enum State {
        Unknown,
        Forming,
        Full,
        Requested,
        Answered,
        Running,
        Completed,
        Aborted
    }

    /// @notice Why a circle was aborted. NotFilled: too few members in time. NoAnswer: no random word in time.
    /// NotReady: nobody asked for the order in time, or somebody's collateral was short.
    enum Reason {
        NotFilled,
        NoAnswer,
        NotReady
    }

    /// @notice What a circle is created with, for good.
    /// @param name 1 to 64 bytes.
    /// @param contribution What each member pays in each round; up to 2^88 - 1.
    /// @param collateral What each member leaves as security on joining.
    /// @param period Seconds in which a round's contribution is in time.
    /// @param joinBy Until when the circle must be full.
    /// @param bidDeposit With {Order-Bids}: what a bid costs if it is not revealed, and the most that can be bid, so
    /// that hiding a bid never pays. Else zero.
    /// @param grace Seconds after the period in which a contribution costs a penalty. With {Order-Bids} the time to
    /// reveal.
    /// @param penaltyBps What is paid late costs so many hundredths of a percent more; up to 2,000.
    /// @param members How many members, and so how many rounds; 2 to 50.
    /// @param open Whether anybody may join; for collateralised circles only. Else one needs the creator's invitation.
    /// @param invested Whether collateral goes to the vault.
    /// @param order Who takes the pot first.
    struct Terms {
        string name;
        uint88 contribution;
        uint96 collateral;
        uint32 period;
        uint40 joinBy;
        uint96 bidDeposit;
        uint32 grace;
        uint16 penaltyBps;
        uint8 members;
        bool open;
        bool invested;
        Order order;
    }

    /// @notice A circle as it was last settled: what every round needs. One storage slot.
    /// @param contribution What each member pays in each round.
    /// @param period Seconds in which a contribution is in time.
    /// @param grace Seconds after it in which it costs a penalty.
    /// @param penaltyBps The penalty, in hundredths of a percent.
    /// @param start When the first round starts.
    /// @param settled How many rounds are settled; the next one has this number.
    /// @param members How many members it is for.
    /// @param invested Whether collateral went to the vault on joining.
    /// @param state Where it stands.
    /// @param order Who takes the pot first.
    struct Circle {
        uint88 contribution;
        uint32 period;
        uint32 grace;
        uint16 penaltyBps;
        uint40 start;
        uint8 settled;
        uint8 members;
        bool invested;
        State state;
        Order order;
    }

    /// @notice What it takes to be in a circle. Two storage slots.
    /// @param creator Who made it.
    /// @param invitationEpoch Invitations of earlier epochs have been revoked.
    /// @param open Whether anybody may join.
    /// @param memberCount How many members it has.
    /// @param deadline Forming: until when it must be full. Full: until when it must be ready. Requested: until when
    /// the word must come.
    /// @param collateral What each member leaves as security.
    /// @param bidDeposit What a bid costs if it is not revealed, and the most that can be bid.
    /// @param joinBy Until when it must be full for the first time, and places that become free can be taken.
    struct Admission {
        address creator;
        uint32 invitationEpoch;
        bool open;
        uint8 memberCount;
        uint40 deadline;
        uint96 collateral;
        uint96 bidDeposit;
        uint40 joinBy;
    }

    /// @notice What a circle holds. One storage slot.
    /// @param shares All members' shares.
    /// @param cash Plain money: contributions to the running round and to later ones, penalties, bid deposits, what can
    /// be claimed, and collateral.
    struct Holdings {
        uint128 shares;
        uint112 cash;
    }

    /// @notice One member of one circle. Two storage slots and a rare third.
    /// @param paid Contributions so far, in money and out of collateral, round by round: the unit at place x was paid
    /// for round x / contribution; what is beyond the running round is paid ahead. Their own round counts as paid once
    /// they have been served and have paid what was before.
    /// @param claimable Plain money that the member may claim.
    /// @param joined Whether they are a member.
    /// @param served Whether they have had their pot.
    /// @param defaulted Whether they had to be helped by their collateral, or have not paid at all, and have not made
    /// good for it.
    /// @param turn The round whose pot they had, if they have been served.
    /// @param collateral Collateral in plain money.
    /// @param shares Collateral in vault shares.
    /// @param claimableShares Vault shares that the member may claim: they came out of others' collateral.
    /// @param used How much of the collateral was used and not paid back.
    struct Member {
        uint96 paid;
        uint112 claimable;
        bool joined;
        bool served;
        bool defaulted;
        uint8 turn;
        uint96 collateral;
        uint128 shares;
        uint128 claimableShares;
        uint96 used;
    }

    /// @notice What a contribution was for. The amounts add up to what the payer paid.
    /// @param round The running round.
    /// @param arrears For rounds that are settled: to the members who took their pots.
    /// @param due For the running round.
    /// @param ahead For later rounds.
    /// @param penalty Beside it, for being late: to the members who take those rounds' pots.
    /// @param paidAfter All contributions of the member, `ahead` included.
    /// @param circleCashAfter What the circle holds in money.
    struct Contribution {
        uint256 round;
        uint256 arrears;
        uint256 due;
        uint256 ahead;
        uint256 penalty;
        uint256 paidAfter;
        uint256 circleCashAfter;
    }

    /// @notice What a member's collateral paid.
    /// @param assets Counted as contributions.
    /// @param penalty Paid beside it to those who take the pots: at most what is above all that the member could still
    /// owe.
    /// @param cash What both took of the collateral in money.
    /// @param shares What they took of it in shares.
    /// @param paidAfter All contributions of the member.
    /// @param usedAfter What the member has to pay back to their own collateral to be in good standing.
    /// @param collateralAfter The member's collateral in money.
    /// @param sharesAfter The member's collateral in shares.
    struct Slash {
        uint256 assets;
        uint256 penalty;
        uint256 cash;
        uint256 shares;
        uint256 paidAfter;
        uint256 usedAfter;
        uint256 collateralAfter;
        uint256 sharesAfter;
    }

    /// @notice What a member left with.
    /// @param assets What it was worth.
    /// @param cash In money.
    /// @param shares In shares.
    /// @param memberCountAfter How many members are left.
    /// @param circleCashAfter What the circle holds in money.
    /// @param circleSharesAfter What the circle holds in shares.
    struct Leaving {
        uint256 assets;
        uint256 cash;
        uint256 shares;
        uint256 memberCountAfter;
        uint256 circleCashAfter;
        uint256 circleSharesAfter;
    }

    /// @notice What a member took out.
    /// @param cash In money.
    /// @param shares In shares.
    /// @param assets What both were worth together.
    /// @param collateralAfter The member's collateral in money.
    /// @param sharesAfter The member's collateral in shares.
    /// @param circleCashAfter What the circle holds in money.
    /// @param circleSharesAfter What the circle holds in shares.
    struct Claim {
        uint256 cash;
        uint256 shares;
        uint256 assets;
        uint256 collateralAfter;
        uint256 sharesAfter;
        uint256 circleCashAfter;
        uint256 circleSharesAfter;
    }

    /// @notice What the member whose turn it was got.
    /// @param cash Credited in money, after the discount.
    /// @param shares Credited in shares, after the discount: what was taken out of others' shares.
    /// @param assets What both are worth together.
    /// @param penalties Part of `cash`: what was paid for being late in this round.
    /// @param discount What the member gave up for the others.
    /// @param arrears What was taken from the pot to pay members whom this one had left short.
    /// @param own What the member had not paid of this round's own contribution: owed to nobody else.
    /// @param missing By how much the pot was too small.
    /// @param claimableAfter The member's money to claim.
    /// @param claimableSharesAfter The member's shares to claim.
    /// @param paidAfter All contributions of the member.
    struct Payout {
        uint256 cash;
        uint256 shares;
        uint256 assets;
        uint256 penalties;
        uint256 discount;
        uint256 arrears;
        uint256 own;
        uint256 missing;
        uint256 claimableAfter;
        uint256 claimableSharesAfter;
        uint256 paidAfter;
    }

    // ------------------------------------------------------------------------------------------------------ events

    /// @notice A circle was created.
    /// @param termsHash What members agree to when they join.
    /// @param mostAtRisk The most that a member who pays everything can lose, beside a discount of their own.
    event CircleCreated(
        uint256 indexed circleId,
        address indexed creator,
        Terms terms,
        bytes32 termsHash,
        uint256 mostAtRisk
    );

    /// @notice Somebody became a member.
    /// @param assets What they paid for their collateral; for shares, rounded up so that it is covered.
    /// @param shares Shares bought with it; none where the circle is not invested.
    event UserJoined(
        uint256 indexed circleId,
        address indexed member,
        uint256 assets,
        uint256 shares,
        uint256 memberCountAfter,
        uint256 circleCashAfter,
        uint256 circleSharesAfter
    );

    /// @notice A member left before the start, with their collateral.
    event UserLeft(
        uint256 indexed circleId,
        address indexed member,
        address indexed receiver,
        Leaving leaving
    );

    /// @notice The circle has all its members, and something is to be done before it can start.
    /// @param deadline Until when.
    event CircleFilled(uint256 indexed circleId, uint256 deadline);

    /// @notice A member's collateral was short and they did not make up for it in time. It is theirs to claim, and
    /// their place can be taken.
    event MemberStruckOut(
        uint256 indexed circleId,
        address indexed member,
        uint256 claimableAfter,
        uint256 claimableSharesAfter,
        uint256 memberCountAfter
    );

    /// @notice A member turned collateral in shares into collateral in money.
    /// @param shares What was sold.
    /// @param assets What was paid for it.
    event CollateralDivested(
        uint256 indexed circleId,
        address indexed member,
        uint256 shares,
        uint256 assets,
        uint256 collateralAfter,
        uint256 sharesAfter,
        uint256 circleCashAfter,
        uint256 circleSharesAfter
    );

    /// @notice All invitations so far are void.
    event InvitationsRevoked(uint256 indexed circleId, address indexed creator, uint256 invitationEpoch);

    /// @notice The order of payout is being drawn.
    /// @param deadline Until when the answer counts.
    event OrderRequested(
        uint256 indexed circleId,
        uint256 indexed requestId,
        address indexed caller,
        uint256 deadline
    );

    /// @notice The random word came.
    /// @param start When the first round begins, whoever calls what.
    event OrderAnswered(uint256 indexed circleId, uint256 indexed requestId, uint256 word, uint256 start);

    /// @notice A random word came too late.
    event AnswerIgnored(uint256 indexed requestId);

    /// @notice The circle is full and runs.
    /// @param start When the first round starts.
    /// @param end When the last round can be settled.
    /// @param order All members in the order of payout. Who is in default at their turn waits until the others have
    /// been served; with {Order-Bids} it decides only between equal bids, or without any.
    event CircleStarted(uint256 indexed circleId, uint256 start, uint256 end, address[] order);

    /// @notice A round runs. It starts by the clock; this is said when the round before is settled.
    /// @param start Since when.
    /// @param payBy Until when contributions are in time.
    /// @param settleFrom From when the round can be settled.
    event RoundStarted(
        uint256 indexed circleId,
        uint256 indexed round,
        uint256 start,
        uint256 payBy,
        uint256 settleFrom
    );

    /// @notice Somebody paid for a member.
    event ContributionMade(
        uint256 indexed circleId,
        address indexed member,
        address indexed payer,
        Contribution contribution
    );

    /// @notice A member's contribution was taken from what they could claim.
    /// @param assets What counts.
    /// @param shares What was taken in shares; the rest in money.
    event ClaimableUsed(
        uint256 indexed circleId,
        address indexed member,
        uint256 indexed round,
        uint256 assets,
        uint256 shares,
        uint256 paidAfter,
        uint256 claimableAfter,
        uint256 claimableSharesAfter
    );

    /// @notice A member did not pay a round in time.
    /// @param missing What they had not paid, earlier rounds included.
    /// @param covered How much of it their collateral paid.
    /// @param arrearsAfter What they owe to members whose pots were too small.
    event MemberDefaulted(
        uint256 indexed circleId,
        address indexed member,
        uint256 indexed round,
        uint256 missing,
        uint256 covered,
        uint256 arrearsAfter
    );

    /// @notice A member's collateral paid for them.
    event CollateralSlashed(
        uint256 indexed circleId,
        address indexed member,
        uint256 indexed round,
        Slash slash
    );

    /// @notice A contribution to a settled round reached the member who had taken its pot.
    /// @param round The settled round.
    /// @param debtor Who had not paid then.
    /// @param recipient Who had been left short.
    /// @param assets Counted as contribution of the debtor.
    /// @param cash Credited to the recipient in money, penalty included.
    /// @param shares Credited to the recipient in shares.
    event ArrearsPaid(
        uint256 indexed circleId,
        address indexed debtor,
        address indexed recipient,
        uint256 round,
        uint256 assets,
        uint256 cash,
        uint256 shares,
        uint256 recipientClaimableAfter,
        uint256 recipientClaimableSharesAfter
    );

    /// @notice A member's collateral was paid back, or made good for before the start; in money.
    event CollateralRestored(
        uint256 indexed circleId,
        address indexed member,
        address indexed payer,
        uint256 assets,
        uint256 usedAfter,
        uint256 collateralAfter,
        uint256 circleCashAfter
    );

    /// @notice A member who was in default owes nothing any more.
    event MemberRestored(uint256 indexed circleId, address indexed member);

    /// @notice Somebody bid for a round's pot, sealed.
    /// @param deposit What they paid for it; nothing if the bid replaces one of theirs.
    /// @param sealedAfter How many bids of this round are not revealed.
    event BidCommitted(
        uint256 indexed circleId,
        address indexed member,
        uint256 indexed round,
        bytes32 commitment,
        uint256 deposit,
        uint256 sealedAfter,
        uint256 circleCashAfter
    );

    /// @notice A bid was revealed, and its deposit credited.
    /// @param discount What the member would give up.
    /// @param leads Whether it is the best so far.
    event BidRevealed(
        uint256 indexed circleId,
        address indexed member,
        uint256 indexed round,
        uint256 discount,
        bool leads,
        uint256 sealedAfter,
        uint256 claimableAfter
    );

    /// @notice A member got their part of a discount and of the deposits of bids that were not revealed.
    event DiscountShared(
        uint256 indexed circleId,
        address indexed member,
        uint256 indexed round,
        uint256 cash,
        uint256 shares,
        uint256 claimableAfter,
        uint256 claimableSharesAfter
    );

    /// @notice A round's pot was credited.
    event PayoutExecuted(
        uint256 indexed circleId,
        address indexed member,
        uint256 indexed round,
        Payout payout
    );

    /// @notice A member took out what was theirs to take: all that could be claimed.
    event PayoutClaimed(
        uint256 indexed circleId,
        address indexed member,
        address indexed receiver,
        Claim claim
    );

    /// @notice A round is settled.
    /// @param collected What was paid for it, in money and shares, the recipient's own contribution included.
    /// @param missing What was not.
    /// @param roundsLeft How many rounds are to be settled.
    event RoundCompleted(
        uint256 indexed circleId,
        uint256 indexed round,
        uint256 collected,
        uint256 missing,
        uint256 roundsLeft
    );

    /// @notice Every member has had their pot. What the circle still holds is theirs to claim.
    event CircleCompleted(uint256 indexed circleId, uint256 circleCash, uint256 circleShares);

    /// @notice The circle never started. What it holds is its members' collateral, theirs to claim.
    event CircleAborted(
        uint256 indexed circleId,
        Reason reason,
        uint256 memberCount,
        uint256 circleCash,
        uint256 circleShares
    );

    // ------------------------------------------------------------------------------------------------------ errors

    /// @notice A random word may take from one minute to 30 days.
    error AnswerTimeOutOfRange(uint256 answerTime);

    /// @notice There is no such circle.
    error CircleUnknown(uint256 circleId);

    /// @notice The circle is in another state than this needs.
    error WrongState(uint256 circleId, State state, State needed);

    /// @notice The name must be 1 to 64 bytes long.
    error NameOutOfRange(uint256 length);

    /// @notice A circle is for 2 to 50 members.
    error MembersOutOfRange(uint256 members);

    /// @notice The contribution must be above zero.
    error ContributionOutOfRange(uint256 contribution);

    /// @notice Period and grace must be from one minute to 366 days; only without bids the grace may be zero.
    error TimesOutOfRange(uint256 period, uint256 grace);

    /// @notice The circle must be full within 366 days, and not in the past.
    error JoinByOutOfRange(uint256 joinBy);

    /// @notice The penalty is at most `max`.
    error PenaltyOutOfRange(uint256 penaltyBps, uint256 max);

    /// @notice More collateral than `max` secures nothing.
    error CollateralOutOfRange(uint256 collateral, uint256 max);

    /// @notice Bids need a deposit, and other circles have none.
    error BidDepositOutOfRange(uint256 bidDeposit);

    /// @notice Only collateralised circles may be open: ask for `needed`, or invite.
    error OpenNeedsCollateral(uint256 collateral, uint256 needed);

    /// @notice The terms are others than the caller agrees to.
    error TermsDiffer(uint256 circleId, bytes32 termsHash);

    /// @notice The circle had to be full by then.
    error JoiningOver(uint256 circleId, uint256 joinBy);

    /// @notice The circle had to be ready by then.
    error GettingReadyOver(uint256 circleId, uint256 deadline);

    /// @notice This member's collateral has lost in the vault since they joined: first restore what is missing.
    error CollateralShort(uint256 circleId, address member, uint256 missing);

    /// @notice The vault cannot say for certain what its shares are worth: try again when it can.
    error PriceUncertain(uint256 circleId);

    /// @notice The round is over, and waits until the vault can say what its shares are worth, at most until `until`.
    error SettlementWaits(uint256 circleId, uint256 round, uint256 until);

    /// @notice The circle's order is not random.
    error OrderNotRandom(uint256 circleId);

    /// @notice The circle's order has to be drawn first.
    error OrderNotDrawn(uint256 circleId);

    /// @notice The subscription pays in the chain's own coin, so that {drawFee} covers what draws cost.
    error NativePaymentNeeded();

    /// @notice Drawing an order costs this much of the chain's own coin; a deployment must ask for at least `fee`.
    error DrawFeeTooLow(uint256 value, uint256 fee);

    /// @notice The circle is not open: join with an invitation.
    error InvitationNeeded(uint256 circleId);

    /// @notice The invitation was good until `deadline`: ask for a new one.
    error InvitationExpired(uint256 deadline);

    /// @notice The invitation is not for this circle and caller, was revoked, or was not signed by the creator.
    error InvitationInvalid(uint256 circleId, address invitee);

    /// @notice The account is a member already.
    error AlreadyMember(uint256 circleId, address member);

    /// @notice Only members have something here.
    error NotMember(uint256 circleId, address account);

    /// @notice Only the circle's creator may do that.
    error NotCreator(uint256 circleId, address account);

    /// @notice The circle can still start: it can be aborted after `deadline`.
    error TooEarlyToAbort(uint256 circleId, uint256 deadline);

    /// @notice The round can be settled from then.
    error RoundRunning(uint256 circleId, uint256 round, uint256 settleFrom);

    /// @notice The member has nothing to pay now.
    error NothingToPay(uint256 circleId, address member);

    /// @notice The settlement of this round waits, and the member has not paid it: pay it, then claim.
    error PayDueFirst(uint256 circleId, address member, uint256 round);

    /// @notice The circle has no such round.
    error RoundUnknown(uint256 circleId, uint256 round);

    /// @notice The penalty is more than the caller accepts.
    error PenaltyTooHigh(uint256 penalty, uint256 maxPenalty);

    /// @notice The asset took a fee on its transfer; such assets cannot be saved here.
    error AssetTookFee(uint256 sent, uint256 received);

    /// @notice There is nothing to take out.
    error NothingToClaim(uint256 circleId, address member);

    /// @notice Fewer assets than the caller accepts.
    error TooFewAssets(uint256 assets, uint256 minAssets);

    /// @notice The pots of this circle are not given by bid.
    error OrderNotByBids(uint256 circleId);

    /// @notice Bids for a round are taken until `payBy`.
    error BiddingOver(uint256 circleId, uint256 round, uint256 payBy);

    /// @notice Bids for a round are revealed after `payBy`.
    error RevealingNotOpen(uint256 circleId, uint256 round, uint256 payBy);

    /// @notice Who has had their pot does not bid again.
    error AlreadyServed(uint256 circleId, address member);

    /// @notice Who is in default does not bid: pay, and pay back used collateral, first.
    error InDefault(uint256 circleId, address member);

    /// @notice That is not what was sealed.
    error BidInvalid(uint256 circleId, address member);

    /// @notice A discount is at most what the others pay in, and at most the deposit.
    error DiscountTooHigh(uint256 discount, uint256 max);

    // ----------------------------------------------------------------------------------------- before the first round

    /// @notice Creates a circle.
    /// @param terms Its terms, for good.
    /// @param joining Whether the creator is its first member.
    /// @return circleId Its number, counted from 1.
    function createCircle(Terms calldata terms, bool joining) external returns (uint256 circleId);

    /// @notice Joins an open circle, or as its creator, and pays the collateral. The last member starts it, unless its
    /// order has to be drawn.
    /// @param circleId Which.
    /// @param termsHash {hashOf} the terms that the caller agrees to.
    function join(uint256 circleId, bytes32 termsHash) external;

    /// @notice Joins with an invitation: the creator's EIP-712 signature, or ERC-1271 where the creator is a contract.
    /// It serves until its deadline or until it is revoked, also to come back.
    /// @param circleId Which.
    /// @param termsHash {hashOf} the terms that the caller agrees to.
    /// @param deadline Until when the invitation is good.
    /// @param signature Over `Invitation(uint256 circleId,address invitee,uint32 epoch,uint256 deadline)`.
    function joinWithInvitation(
        uint256 circleId,
        bytes32 termsHash,
        uint256 deadline,
        bytes calldata signature
    ) external;

    /// @notice Makes all invitations so far void. Creator only.
    /// @param circleId Which circle.
    function revokeInvitations(uint256 circleId) external;

    /// @notice Leaves with the collateral, while the circle is forming. Nobody leaves a full one.
    /// @param circleId Which.
    /// @param receiver Who gets it.
    /// @param minAssets The least to accept.
    /// @return assets What was paid, rounded down.
    function leave(uint256 circleId, address receiver, uint256 minAssets) external returns (uint256 assets);

    /// @notice The same, with the vault shares themselves: the exit that depends on no liquidity.
    /// @param circleId Which.
    /// @param receiver Who gets the shares.
    /// @return cash How much money.
    /// @return shares How many shares.
    function leaveAsShares(
        uint256 circleId,
        address receiver
    ) external returns (uint256 cash, uint256 shares);

    /// @notice Asks for the random order of a full circle, within three days, and when everybody's collateral is worth
    /// what it has to be. Whoever asks pays at least {drawFee} into the subscription.
    /// @param circleId Which.
    /// @return requestId The coordinator's number of the request.
    function requestOrder(uint256 circleId) external payable returns (uint256 requestId);

    /// @notice Starts a circle whose random word has come; any other action on it does so too, and its first round
    /// begins when {OrderAnswered} said. Or a full circle in which everybody's collateral is worth again what it has to
    /// be: its first round begins half a period later, at most a day.
    /// @param circleId Which.
    function start(uint256 circleId) external;

    /// @notice Ends a circle that did not become full, ready or answered in time. Withholding the word gains nobody a
    /// better place: there is no other order to fall back to. If a full circle was not ready because somebody's
    /// collateral is short, they are struck out instead, as long as others may join.
    /// @param circleId Which.
    function abort(uint256 circleId) external;

    // ---------------------------------------------------------------------------------------------------- in a round

    /// @notice Pays what a member owes for rounds up to a given one, the earliest first. The caller pays. What is paid
    /// for rounds that have not begun is paid ahead.
    /// @param circleId Which circle.
    /// @param member For whom.
    /// @param round The last round to pay for: a payment that comes late pays this round late, never the next.
    /// @param assets How much at most; what is more than they owe is not taken, so that nobody can get in the way by
    /// paying a little first.
    /// @param maxPenalty The most to pay beside it for being late.
    /// @return paid How much of `assets` was taken.
    /// @return penalty What was taken beside it.
    function contribute(
        uint256 circleId,
        address member,
        uint256 round,
        uint256 assets,
        uint256 maxPenalty
    ) external returns (uint256 paid, uint256 penalty);

    /// @notice Pays into a member's collateral, in plain money: back what was used of it, or, in a full circle, what it
    /// is short. A member without arrears and with nothing to pay back is in good standing again.
    /// @param circleId Which circle.
    /// @param member Whose.
    /// @param assets How much at most.
    /// @return paid How much was taken.
    function restoreCollateral(
        uint256 circleId,
        address member,
        uint256 assets
    ) external returns (uint256 paid);

    /// @notice Turns the caller's collateral in vault shares into collateral in plain money, in whatever state the
    /// circle is: from then on the vault can neither earn nor lose with it.
    /// @param circleId Which circle.
    /// @param shares How many at most.
    /// @param minAssets The least to accept.
    /// @return assets What they were sold for.
    function divest(uint256 circleId, uint256 shares, uint256 minAssets) external returns (uint256 assets);

    /// @notice Bids for the running round's pot, sealed; a second bid replaces the first.
    /// @param circleId Which circle.
    /// @param commitment {sealBid} of the bid.
    function commitBid(uint256 circleId, bytes32 commitment) external;

    /// @notice Opens a bid and gets the deposit credited.
    /// @param circleId Which circle.
    /// @param discount What the caller gives up of the pot, for all others in equal parts.
    /// @param salt What it was sealed with.
    function revealBid(uint256 circleId, uint256 discount, bytes32 salt) external;

    /// @notice Settles rounds that are over. Anybody may.
    /// @param circleId Which circle.
    /// @param maxRounds How many at most.
    /// @return rounds How many it was.
    function settle(uint256 circleId, uint256 maxRounds) external returns (uint256 rounds);

    /// @notice Takes what a member owes for settled rounds from what they have been credited since, and gives it to
    /// those who were left short. Anybody may.
    /// @param circleId Which circle.
    /// @param member Who owes.
    /// @return paid How much counts.
    function collectArrears(uint256 circleId, address member) external returns (uint256 paid);

    /// @notice Takes out what is the caller's: what was credited to them, and collateral above what still secures the
    /// others. Nobody is paid while they owe: what the caller owes for settled rounds is paid first, and may be all
    /// there is.
    /// @param circleId Which circle.
    /// @param receiver Who gets it.
    /// @param minAssets The least to accept.
    /// @return assets What was paid, rounded down.
    function claim(uint256 circleId, address receiver, uint256 minAssets) external returns (uint256 assets);

    /// @notice The same, with shares as shares: the exit that depends on no liquidity.
    /// @param circleId Which circle.
    /// @param receiver Who gets it.
    /// @return cash How much money.
    /// @return shares How many shares.
    function claimAsShares(
        uint256 circleId,
        address receiver
    ) external returns (uint256 cash, uint256 shares);

    // ------------------------------------------------------------------------------------------------------- views

    /// @notice How many circles there are; their numbers are 1 to this.
    function circleCount() external view returns (uint256);

    /// @notice A circle as it was last settled.
    function circleOf(uint256 circleId) external view returns (Circle memory);

    /// @notice What it takes to be in a circle.
    function admissionOf(uint256 circleId) external view returns (Admission memory);

    /// @notice What a circle holds.
    function holdingsOf(uint256 circleId) external view returns (uint256 cash, uint256 shares);

    /// @notice A member as of the last settlement.
    function memberOf(uint256 circleId, address account) external view returns (Member memory);

    /// @notice All members: first those who have had their pots, in that order, then the others in the order in which
    /// they are to have them.
    function queueOf(uint256 circleId) external view returns (address[] memory);

    /// @notice What {claim} would pay the member as of the last settlement, exactly.
    /// @return cash In money.
    /// @return shares In shares.
    function claimableOf(
        uint256 circleId,
        address member
    ) external view returns (uint256 cash, uint256 shares);

    /// @notice What a member has to pay now, as of the last settlement.
    /// @return arrears For settled rounds.
    /// @return due For the running one.
    /// @return penalty Beside it, at this moment.
    function dueOf(
        uint256 circleId,
        address member
    ) external view returns (uint256 arrears, uint256 due, uint256 penalty);

    /// @notice What the round that is to be settled next has beside its contributions.
    /// @return leader Who has revealed the best bid.
    /// @return discount That bid.
    /// @return sealedBids How many bids are not revealed.
    /// @return penalties What was paid for being late.
    function roundOf(
        uint256 circleId
    ) external view returns (address leader, uint256 discount, uint256 sealedBids, uint256 penalties);

    /// @notice What members of a circle with these terms agree to.
    function hashOf(Terms calldata terms) external pure returns (bytes32);

    /// @notice The terms that the circle was created with, as {hashOf} them.
    function termsHashOf(uint256 circleId) external view returns (bytes32);

    /// @notice All that one member could ever owe to others, penalties included: the collateral of a collateralised
    /// circle.
    function fullCollateral(
        uint256 contribution,
        uint256 penaltyBps,
        uint256 members
    ) external pure returns (uint256);

    /// @notice A bid as {commitBid} takes it. Nobody can use somebody else's, or one for another round.
    function sealBid(
        uint256 circleId,
        uint256 round,
        address member,
        uint256 discount,
        bytes32 salt
    ) external view returns (bytes32);

    /// @notice What a full circle's member is to restore of their collateral before it can start.
    function shortageOf(uint256 circleId, address member) external view returns (uint256);

    /// @notice What {requestOrder} asks for at least, in the chain's own coin.
    function drawFee() external view returns (uint256);

    /// @notice How many seconds a random word may take.
    function answerTime() external view returns (uint256);
}
