// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Test} from "forge-std/Test.sol";
import {Vm} from "forge-std/Vm.sol";
import {IRotatingPools} from "../../../contracts/circles/IRotatingPools.sol";
import {RotatingPools} from "../../../contracts/circles/RotatingPools.sol";
import {KhipuVault} from "../../../contracts/vault/KhipuVault.sol";
import {BlockingToken} from "../../doubles/BlockingToken.sol";
import {FickleCoordinator} from "../../doubles/FickleCoordinator.sol";
import {MoodyStrategy} from "../../doubles/MoodyStrategy.sol";

/// @notice What a campaign has reached. Without it, a campaign could pass because nothing happened.
struct Reached {
    uint256 circlesStarted;
    uint256 circlesCompleted;
    uint256 startedByLot;
    uint256 roundsSettled;
    uint256 potsShort;
    uint256 defaults;
    uint256 defaultsInVault;
    uint256 penaltiesFromCollateral;
    uint256 restored;
    uint256 paidAhead;
    uint256 paidLate;
    uint256 arrearsPaid;
    uint256 claims;
    uint256 claimsOfShares;
    uint256 claimsRefusedToDebtors;
    uint256 divested;
    uint256 discountsWon;
    uint256 bidsForfeited;
    uint256 notFilled;
    uint256 notReady;
    uint256 noAnswer;
    uint256 lossesWhileForming;
    uint256 lossesWhileRunning;
    uint256 unreadableAndFallen;
    uint256 toppedUp;
    uint256 struckOut;
    uint256 settlementsWaiting;
    uint256 settledWhileUnreadable;
}

/// @notice Circles of honest people and of one adversary with several addresses. The honest pay each round before its
/// time is over, reveal what they have bid, and do nothing else that they must. The adversary does anything, with any
/// argument, for anybody; sensible arguments are only likelier, so that much happens. The vault earns, and where it may,
/// loses, cannot be read, and recovers at any moment. The handler keeps account of what each honest person paid and took.
contract CirclesHandler is Test {
    uint256 internal constant ACTORS = 6;
    uint256 internal constant MOST_COLLECTIONS = 1_000;
    uint256 internal constant HONEST = 3;
    uint256 internal constant MAX_CIRCLES = 6;
    uint256 internal constant MOODS = 15;
    bytes4 internal constant PANIC = 0x4e487b71;

    bytes32 private constant INVITATION_TYPEHASH = keccak256(
        "Invitation(uint256 circleId,address invitee,uint32 epoch,uint256 deadline)"
    );

    RotatingPools internal immutable circles;
    KhipuVault internal immutable vault;
    BlockingToken internal immutable asset;
    FickleCoordinator internal immutable coordinator;
    MoodyStrategy internal immutable strategy;
    uint256 internal immutable unit;

    /// @dev Who alone may end it.
    address internal immutable test;

    /// @dev Whether the vault may lose money in this campaign.
    bool internal immutable lossy;

    address[] public actors;

    /// @dev What was paid for somebody in a circle, what they took out, and what they gave up for the others.
    mapping(uint256 circleId => mapping(address actor => uint256 assets)) public paidIn;
    mapping(uint256 circleId => mapping(address actor => uint256 assets)) public takenOut;
    mapping(uint256 circleId => mapping(address actor => uint256 assets)) public conceded;

    /// @dev What is sealed in a bid.
    mapping(uint256 circleId => mapping(uint256 round => mapping(address actor => uint256 discount)))
        internal bids;

    /// @dev The coordinator's number of a circle's request.
    mapping(uint256 circleId => uint256 requestId) internal requests;

    mapping(uint256 circleId => IRotatingPools.Terms terms) internal termsOf;

    Reached internal reached_;

    constructor(
        RotatingPools circles_,
        FickleCoordinator coordinator_,
        MoodyStrategy strategy_,
        uint256 unit_,
        bool lossy_
    ) {
        circles = circles_;
        vault = KhipuVault(address(circles_.vault()));
        asset = BlockingToken(address(circles_.asset()));
        (coordinator, strategy, unit, lossy) = (coordinator_, strategy_, unit_, lossy_);
        test = msg.sender;
        for (uint256 i = 0; i < ACTORS; ++i) {
            actors.push(vm.addr(i + 1));
            asset.mint(actors[i], 1e30);
            vm.deal(actors[i], 1 ether);
            vm.prank(actors[i]);
            asset.approve(address(circles), type(uint256).max);
        }
    }

    function reached() external view returns (Reached memory) {
        return reached_;
    }

    /// @dev Looks at what each action said.
    modifier watched() {
        vm.recordLogs();
        _;
        _look();
    }

    /// @dev Any action, with any argument. What leads on is likelier.
    function act(uint256 action, uint256 a, uint256 b, uint256 c, uint256 d, uint256 e) external watched {
        action %= 46;
        // The fuzzer likes small numbers. As they are they are tried too.
        if (e % 8 != 0) {
            (a, b, c) = (_mixed(a, e), _mixed(b, e ^ 1), _mixed(c, e ^ 2));
            (d, e) = (_mixed(d, e ^ 3), _mixed(e, 0));
        }
        if (action < 3 || circles.circleCount() == 0) _doCreate(a, b);
        else if (action < 5) _doJoin(a, b);
        else if (action == 5) _doLeave(a, b, c % 2 == 0, d);
        else if (action < 8) _doRequest(a, b);
        else if (action == 8) _doAnswer(a, b);
        else if (action == 9) _doStart(a);
        else if (action == 10) _doAbort(a);
        else if (action < 14) _doPay(a, b, c, d, e, e >> 128);
        else if (action < 16) _doPayAll(a);
        else if (action < 18) _doRestore(a, b, c);
        else if (action < 20) _doDivest(a, b, c, d);
        else if (action < 22) _doClaim(a, b, c % 2 == 0, d);
        else if (action < 25) _doBid(a, b, c, d);
        else if (action == 25) _doReveal(a, b, c);
        else if (action == 26) _doSetBlocked(a, b % 4 == 0);
        else if (action == 27) _doDonate(a);
        else if (action == 28) _doSettle(a, b);
        else if (action < 31) _doCollect(a, b);
        else if (action == 31) _doEarn(a);
        else if (action == 32) _doRebalance();
        else if (action == 33) _doLose(a);
        else if (action < 36) _doSetMood(a);
        else if (action == 36) _doAbort(a);
        else if (action == 37) _doLose(a);
        else _doPass(a);
    }

    // ---------------------------------------------------------------------------------------------------- forming

    function _doCreate(uint256 seed, uint256 kind) private {
        if (circles.circleCount() == MAX_CIRCLES) return;
        uint8 members = uint8(2 + (seed % 4));
        uint256 penaltyBps = (seed >> 8) % 3 == 0 ? 0 : (seed >> 16) % 2_001;
        uint256 contribution = 1 + ((seed >> 32) % (100 * unit));
        uint256 full = circles.fullCollateral(contribution, penaltyBps, members);
        // Two of three are collateralised.
        bool collateralised = kind % 3 != 0;
        IRotatingPools.Order order = IRotatingPools.Order((kind >> 8) % 3);
        IRotatingPools.Terms memory terms = IRotatingPools.Terms({
            name: "Junta",
            contribution: uint88(contribution),
            collateral: uint96(collateralised ? full : full / (1 + ((seed >> 160) % 10))),
            period: 1 days,
            joinBy: uint40(block.timestamp + 30 days),
            bidDeposit: order == IRotatingPools.Order.Bids
                ? uint96(1 + ((seed >> 200) % (2 * contribution)))
                : 0,
            grace: (kind >> 40) % 4 == 0 && order != IRotatingPools.Order.Bids ? 0 : 1 days,
            penaltyBps: uint16(penaltyBps),
            members: members,
            open: collateralised && (kind >> 16) % 2 == 0,
            invested: (kind >> 24) % 4 != 0,
            order: order
        });
        vm.prank(actors[(seed >> 96) % ACTORS]);
        try circles.createCircle(terms, false) returns (uint256 circleId) {
            termsOf[circleId] = terms;
            // One of three does not fill at once.
            uint256 joining = (kind >> 32) % 3 == 0 ? members - 1 : members;
            for (uint256 i = 0; i < joining; ++i) _join(circleId, (seed >> 96) + i);
        } catch (bytes memory reason) {
            _mustBeSaid(reason);
        }
    }

    function _doJoin(uint256 which, uint256 who) private {
        (uint256 circleId, bool found) = _in(which, IRotatingPools.State.Forming);
        if (found) _join(circleId, who);
    }

    function _doLeave(uint256 which, uint256 who, bool asShares, uint256 minAssets) private {
        (uint256 circleId, ) = _in(which, IRotatingPools.State.Forming);
        address actor = actors[who % ACTORS];
        uint256 before = _wealth(actor);
        vm.prank(actor);
        if (asShares) {
            try circles.leaveAsShares(circleId, actor) {} catch (bytes memory reason) {
                return _mustBeSaid(reason);
            }
        } else {
            try circles.leave(circleId, actor, minAssets % 3) {} catch (bytes memory reason) {
                return _mustBeSaid(reason);
            }
        }
        takenOut[circleId][actor] += _wealth(actor) - before;
    }

    function _doRequest(uint256 which, uint256 value) private {
        (uint256 circleId, ) = _in(which, IRotatingPools.State.Full);
        vm.prank(actors[HONEST]);
        try circles.requestOrder{value: value % 8}(circleId) returns (uint256 requestId) {
            requests[circleId] = requestId;
            // Mostly it comes at once.
            if (value % 4 != 0) coordinator.answer(circles, requestId, value);
        } catch (bytes memory reason) {
            _mustBeSaid(reason);
        }
    }

    /// @dev As often as one likes, and for what was never asked.
    function _doAnswer(uint256 which, uint256 word) private {
        uint256 circleId = _any(which);
        coordinator.answer(circles, requests[circleId], word);
    }

    function _doStart(uint256 which) private {
        (uint256 circleId, ) = _in(
            which,
            which % 2 == 0 ? IRotatingPools.State.Full : IRotatingPools.State.Answered
        );
        try circles.start(circleId) {} catch (bytes memory reason) {
            _mustBeSaid(reason);
        }
    }

    function _doAbort(uint256 which) private {
        (uint256 full, bool found) = _in(which, IRotatingPools.State.Full);
        try circles.abort(found && which % 4 != 0 ? full : _any(which)) {} catch (bytes memory reason) {
            _mustBeSaid(reason);
        }
    }

    // ------------------------------------------------------------------------------------------------- the adversary

    function _doPay(
        uint256 which,
        uint256 payer,
        uint256 member,
        uint256 round,
        uint256 assets,
        uint256 maxPenalty
    ) private {
        uint256 circleId = _running(which);
        if (round % 8 != 0) round = (uint256(circles.circleOf(circleId).settled) + ((round >> 8) % 2));
        if (assets % 8 != 0) assets = 1 + ((assets >> 8) % (200 * unit));
        if (maxPenalty % 8 != 0) maxPenalty = type(uint256).max;
        _contribute(circleId, _adversary(payer), _memberAt(circleId, member), round, assets, maxPenalty);
    }

    /// @dev Everything that is due, of everybody who is the adversary's.
    function _doPayAll(uint256 which) private {
        uint256 circleId = _running(which);
        address[] memory queue = circles.queueOf(circleId);
        uint256 round = circles.circleOf(circleId).settled;
        for (uint256 i = 0; i < queue.length; ++i) {
            if (isHonest(queue[i])) continue;
            _contribute(circleId, queue[i], queue[i], round, type(uint256).max, type(uint256).max);
        }
    }

    function _doRestore(uint256 which, uint256 member, uint256 assets) private {
        uint256 circleId = _any(which);
        (uint256 full, bool found) = _in(which, IRotatingPools.State.Full);
        if (found && assets % 2 == 0) circleId = full;
        address account = _memberAt(circleId, member);
        if (assets % 8 != 0) assets = assets % 4 == 0 ? 1 + (assets % unit) : type(uint256).max;
        _restore(circleId, _adversary(member), account, assets);
    }

    function _doDivest(uint256 which, uint256 who, uint256 shares, uint256 minAssets) private {
        uint256 circleId = _any(which);
        // The honest too, sometimes; but they look what they get.
        address account = _memberAt(circleId, who);
        if (shares % 4 != 0) shares = circles.memberOf(circleId, account).shares / (1 + (shares % 3));
        (, bool complete) = vault.certainPrice();
        if (isHonest(account) && !complete) return;
        vm.prank(account);
        try circles.divest(circleId, shares, minAssets % 2) {} catch (bytes memory reason) {
            _mustBeSaid(reason);
        }
    }

    function _doClaim(uint256 which, uint256 member, bool asShares, uint256 minAssets) private {
        uint256 circleId = _any(which);
        if (minAssets % 8 != 0) minAssets = 0;
        _claim(circleId, _memberAt(circleId, member), asShares, minAssets, false);
    }

    function _doBid(uint256 which, uint256 member, uint256 discount, uint256 trick) private {
        (uint256 circleId, bool found) = _byBids(which);
        if (!found) return;
        address account = _memberAt(circleId, member);
        // The honest only bid what they can reveal.
        bool honest = isHonest(account);
        address owner = trick % 8 == 1 && !honest ? _memberAt(circleId, member + 1) : account;
        uint256 most = _mostDiscount(circleId);
        if (honest || trick % 8 != 0) discount = discount % (most + 1);
        uint256 round = circles.circleOf(circleId).settled;
        if (honest && block.timestamp >= _settleFrom(circles.circleOf(circleId))) return;
        bytes32 commitment = circles.sealBid(circleId, round, owner, discount, "salt");
        uint256 before = _wealth(account);
        vm.prank(account);
        try circles.commitBid(circleId, commitment) {
            paidIn[circleId][account] += before - _wealth(account);
            bids[circleId][circles.circleOf(circleId).settled][account] = discount;
        } catch (bytes memory reason) {
            _mustBeSaid(reason);
        }
    }

    function _doReveal(uint256 which, uint256 member, uint256 discount) private {
        (uint256 circleId, bool found) = _byBids(which);
        if (!found) return;
        address account = _memberAt(circleId, member);
        if (discount % 8 != 0) discount = bids[circleId][circles.circleOf(circleId).settled][account];
        _reveal(circleId, account, discount);
    }

    function _doSetBlocked(uint256 who, bool isBlocked) private {
        asset.setBlocked(_adversary(who), isBlocked);
    }

    /// @dev Neither may be taken for anybody's.
    function _doDonate(uint256 assets) private {
        asset.mint(address(circles), assets % unit);
    }

    // --------------------------------------------------------------------------------------------------- bystanders

    function _doSettle(uint256 which, uint256 rounds) private {
        _settle(_running(which), rounds % 4);
    }

    function _doCollect(uint256 which, uint256 member) private {
        uint256 circleId = _any(which);
        address account = _memberAt(circleId, member);
        try circles.collectArrears(circleId, account) {
            // One call suffices.
            _look();
            try circles.collectArrears(circleId, account) {
                assertTrue(false, "a second call moved what the first did not");
            } catch (bytes memory reason) {
                _mustBeSaid(reason);
            }
        } catch (bytes memory reason) {
            _mustBeSaid(reason);
        }
    }

    function _doEarn(uint256 assets) private {
        asset.mint(address(strategy), assets % (10 * unit));
        vault.report();
    }

    function _doRebalance() private {
        try vault.rebalance() {} catch {}
    }

    function _doLose(uint256 assets) private {
        uint256 held = asset.balanceOf(address(strategy));
        if (!lossy || held == 0) return;
        strategy.lose(assets % ((held / 3) + 1));
        if (assets % ((held / 3) + 1) == 0) return;
        (, bool complete) = vault.certainPrice();
        if (!complete) ++reached_.unreadableAndFallen;
        for (uint256 circleId = 1; circleId <= circles.circleCount(); ++circleId) {
            IRotatingPools.Circle memory circle = circles.circleOf(circleId);
            if (!circle.invested || circles.admissionOf(circleId).memberCount == 0) continue;
            if (circle.state == IRotatingPools.State.Forming) ++reached_.lossesWhileForming;
            if (circle.state == IRotatingPools.State.Running) ++reached_.lossesWhileRunning;
        }
    }

    /// @dev Good every other time, so that things go on.
    function _doSetMood(uint256 mood) private {
        if (!lossy) return;
        strategy.setMood(MoodyStrategy.Mood(mood % 2 == 0 ? 0 : (mood >> 8) % MOODS));
    }

    /// @dev Up to most of a day, so that of each round no more than one limit is passed; the honest pay and reveal
    /// before it is.
    function _doPass(uint256 time) private {
        _pass(time % 2 == 0 ? 22 hours : 1 + (time % (23 hours)));
    }

    // -------------------------------------------------------------------------------------------------- the end

    /// @dev Time passes until all is over, the honest pay, and everybody takes out what is theirs; the blocked to
    /// another address.
    function finish() external watched {
        if (msg.sender != test) return;
        strategy.setMood(MoodyStrategy.Mood.Good);
        for (uint256 i = 0; i < ACTORS; ++i) asset.setBlocked(actors[i], i == ACTORS - 1);
        for (uint256 i = 0; i < 12 * 2; ++i) _pass(22 hours);
        vm.warp(block.timestamp + 30 days);
        for (uint256 circleId = 1; circleId <= circles.circleCount(); ++circleId) {
            for (uint256 i = 0; i < 2; ++i) {
                if (circles.circleOf(circleId).state < IRotatingPools.State.Running) {
                    _look();
                    try circles.abort(circleId) {} catch (bytes memory reason) {
                        _mustBeSaid(reason);
                    }
                }
            }
            _settle(circleId, type(uint256).max);
            // Until nothing moves: two who owe each other pay back what they get, less each time.
            uint256 still = 0;
            for (uint256 i = 0; still < ACTORS && i < MOST_COLLECTIONS; ++i) {
                _look();
                ++still;
                try circles.collectArrears(circleId, actors[i % ACTORS]) returns (uint256 moved) {
                    if (moved > 0) still = 0;
                } catch (bytes memory reason) {
                    _mustBeSaid(reason);
                }
            }
            for (uint256 i = 0; i < ACTORS; ++i) _claim(circleId, actors[i], i % 2 == 0, 0, true);
            // Where the vault cannot pay.
            for (uint256 i = 0; i < ACTORS; ++i) _claim(circleId, actors[i], true, 0, true);
        }
    }

    function isHonest(address actor) public view returns (bool) {
        for (uint256 i = 0; i < HONEST; ++i) if (actors[i] == actor) return true;
        return false;
    }

    function isCollateralised(uint256 circleId) public view returns (bool) {
        IRotatingPools.Circle memory circle = circles.circleOf(circleId);
        return
            circles.admissionOf(circleId).collateral ==
            circles.fullCollateral(circle.contribution, circle.penaltyBps, circle.members);
    }

    /// @dev As the terms say it.
    function mostAtRisk(uint256 circleId) public view returns (uint256) {
        IRotatingPools.Terms memory terms = termsOf[circleId];
        uint256 others = (uint256(terms.members) - 1) * terms.contribution;
        if (terms.invested && terms.collateral > 0) return others + terms.collateral + 1;
        return others > terms.collateral ? others - terms.collateral : 0;
    }

    // ------------------------------------------------------------------------------------------------------- inside

    /// @dev Before each call that may fail, since what a failed one said is recorded too, and is not true.
    function _look() private {
        Vm.Log[] memory logs = vm.getRecordedLogs();
        for (uint256 i = 0; i < logs.length; ++i) {
            if (logs[i].emitter == address(circles)) _note(logs[i]);
        }
    }

    function _note(Vm.Log memory log) private {
        bytes32 topic = log.topics[0];
        uint256 circleId = uint256(log.topics[1]);
        Reached storage r = reached_;
        if (topic == IRotatingPools.CircleStarted.selector) ++r.circlesStarted;
        else if (topic == IRotatingPools.CircleCompleted.selector) ++r.circlesCompleted;
        else if (topic == IRotatingPools.OrderAnswered.selector) ++r.startedByLot;
        else if (topic == IRotatingPools.MemberRestored.selector) ++r.restored;
        else if (topic == IRotatingPools.ArrearsPaid.selector) ++r.arrearsPaid;
        else if (topic == IRotatingPools.MemberStruckOut.selector) ++r.struckOut;
        else if (topic == IRotatingPools.CollateralDivested.selector) ++r.divested;
        else if (topic == IRotatingPools.RoundCompleted.selector) {
            ++r.roundsSettled;
            (, uint256 missing, ) = abi.decode(log.data, (uint256, uint256, uint256));
            if (missing > 0) ++r.potsShort;
            if (circles.circleOf(circleId).invested) {
                (, bool complete) = vault.certainPrice();
                if (!complete) ++r.settledWhileUnreadable;
            }
        } else if (topic == IRotatingPools.MemberDefaulted.selector) {
            ++r.defaults;
            if (circles.circleOf(circleId).invested) ++r.defaultsInVault;
            assertFalse(isHonest(_accountIn(log)), "an honest member is in default");
        } else if (topic == IRotatingPools.CollateralSlashed.selector) {
            _checkSlash(circleId, log);
        } else if (topic == IRotatingPools.ContributionMade.selector) {
            IRotatingPools.Contribution memory made = abi.decode(log.data, (IRotatingPools.Contribution));
            if (made.ahead > 0) ++r.paidAhead;
            if (made.penalty > 0) ++r.paidLate;
        } else if (topic == IRotatingPools.PayoutClaimed.selector) {
            ++r.claims;
            IRotatingPools.Claim memory claimed = abi.decode(log.data, (IRotatingPools.Claim));
            if (claimed.shares > 0) ++r.claimsOfShares;
            _checkClaim(circleId, log);
        } else if (topic == IRotatingPools.PayoutExecuted.selector) {
            IRotatingPools.Payout memory payout = abi.decode(log.data, (IRotatingPools.Payout));
            if (payout.discount > 0) ++r.discountsWon;
            conceded[circleId][_accountIn(log)] += payout.discount;
        } else if (topic == IRotatingPools.CollateralRestored.selector) {
            if (circles.circleOf(circleId).state == IRotatingPools.State.Full) ++r.toppedUp;
        } else if (topic == IRotatingPools.CircleAborted.selector) {
            (IRotatingPools.Reason reason, , , ) = abi.decode(
                log.data,
                (IRotatingPools.Reason, uint256, uint256, uint256)
            );
            if (reason == IRotatingPools.Reason.NotFilled) ++r.notFilled;
            if (reason == IRotatingPools.Reason.NoAnswer) ++r.noAnswer;
            if (reason == IRotatingPools.Reason.NotReady) ++r.notReady;
        }
    }

    function _accountIn(Vm.Log memory log) private pure returns (address) {
        return address(uint160(uint256(log.topics[2])));
    }

    /// Contributions come before penalties: collateral pays a penalty only if what is left covers all that its member
    /// could still owe to others.
    function _checkSlash(uint256 circleId, Vm.Log memory log) private {
        IRotatingPools.Slash memory slash = abi.decode(log.data, (IRotatingPools.Slash));
        if (slash.penalty == 0) return;
        ++reached_.penaltiesFromCollateral;
        IRotatingPools.Circle memory circle = circles.circleOf(circleId);
        IRotatingPools.Member memory member = circles.memberOf(circleId, _accountIn(log));
        uint256 owed = uint256(circle.members) * circle.contribution - slash.paidAfter;
        bool served = member.served && member.turn < uint256(log.topics[3]);
        if (!served) owed -= circle.contribution;
        uint256 left = slash.collateralAfter + vault.convertToAssets(slash.sharesAfter);
        assertGe(left + 2, owed, "a penalty was paid before contributions");
    }

    /// Nobody is paid while they owe.
    function _checkClaim(uint256 circleId, Vm.Log memory log) private view {
        address account = _accountIn(log);
        if (!circles.memberOf(circleId, account).joined) return;
        (uint256 arrears, , ) = circles.dueOf(circleId, account);
        assertEq(arrears, 0, "somebody was paid who owes");
    }

    function _pass(uint256 time) private {
        uint256 until = block.timestamp + time;
        for (uint256 circleId = 1; circleId <= circles.circleCount(); ++circleId) {
            IRotatingPools.Circle memory circle = circles.circleOf(circleId);
            if (circle.state == IRotatingPools.State.Answered) {
                circles.start(circleId);
                circle = circles.circleOf(circleId);
            }
            if (circle.state != IRotatingPools.State.Running) continue;
            _settle(circleId, type(uint256).max);
            circle = circles.circleOf(circleId);
            if (circle.state != IRotatingPools.State.Running) continue;
            _honestDuties(circleId, circle, until);
        }
        vm.warp(until);
    }

    /// @dev They know the clock, and pay a round also while the one before waits to be settled.
    function _honestDuties(uint256 circleId, IRotatingPools.Circle memory circle, uint256 until) private {
        address[] memory queue = circles.queueOf(circleId);
        uint256 length = uint256(circle.period) + circle.grace;
        for (uint256 i = 0; i < queue.length; ++i) {
            if (!isHonest(queue[i])) continue;
            for (uint256 round = circle.settled; round < circle.members; ++round) {
                uint256 payBy = circle.start + round * length + circle.period;
                if (payBy < block.timestamp || payBy >= until) continue;
                uint256 paid = circles.memberOf(circleId, queue[i]).paid;
                if (paid >= (round + 1) * circle.contribution) continue;
                vm.prank(queue[i]);
                (uint256 counted, uint256 penalty) = circles.contribute(
                    circleId,
                    queue[i],
                    round,
                    type(uint256).max,
                    0
                );
                assertEq(penalty, 0, "an honest member is late");
                paidIn[circleId][queue[i]] += counted;
            }
            if (circle.order == IRotatingPools.Order.Bids && _settleFrom(circle) <= until) {
                uint256 discount = bids[circleId][circle.settled][queue[i]];
                _reveal(circleId, queue[i], discount);
            }
        }
    }

    function _settle(uint256 circleId, uint256 rounds) private {
        _look();
        (, , uint256 sealedBids, ) = circles.roundOf(circleId);
        try circles.settle(circleId, rounds) returns (uint256 settled) {
            if (settled > 0 && sealedBids > 0) ++reached_.bidsForfeited;
        } catch (bytes memory reason) {
            _mustBeSaid(reason);
            if (bytes4(reason) != IRotatingPools.SettlementWaits.selector) return;
            if (rounds == 0) return;
            ++reached_.settlementsWaiting;
            IRotatingPools.Circle memory circle = circles.circleOf(circleId);
            (, bool complete) = vault.certainPrice();
            assertTrue(circle.invested && !complete, "a settlement waits for nothing");
            assertLt(block.timestamp, _settleFrom(circle) + 12 hours, "a settlement waits too long");
            for (uint256 i = HONEST; i < ACTORS; ++i) _claim(circleId, actors[i], true, 0, false);
        }
    }

    function _join(uint256 circleId, uint256 who) private {
        _look();
        address actor = actors[who % ACTORS];
        IRotatingPools.Admission memory admission = circles.admissionOf(circleId);
        bytes32 termsHash = circles.termsHashOf(circleId);
        uint256 before = _wealth(actor);
        if (admission.open) {
            vm.prank(actor);
            try circles.join(circleId, termsHash) {} catch (bytes memory reason) {
                return _mustBeSaid(reason);
            }
        } else {
            bytes memory signature = _invite(circleId, admission, actor);
            vm.prank(actor);
            try circles.joinWithInvitation(circleId, termsHash, block.timestamp, signature) {} catch (
                bytes memory reason
            ) {
                return _mustBeSaid(reason);
            }
        }
        paidIn[circleId][actor] += before - _wealth(actor);
    }

    function _invite(
        uint256 circleId,
        IRotatingPools.Admission memory circle,
        address invitee
    ) private view returns (bytes memory) {
        bytes32 message = keccak256(
            abi.encode(INVITATION_TYPEHASH, circleId, invitee, circle.invitationEpoch, block.timestamp)
        );
        bytes32 domain = keccak256(
            abi.encode(
                keccak256(
                    "EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"
                ),
                keccak256("RotatingPools"),
                keccak256("1"),
                block.chainid,
                address(circles)
            )
        );
        uint256 key = 1;
        while (actors[key - 1] != circle.creator) ++key;
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(
            key,
            keccak256(abi.encodePacked("\x19\x01", domain, message))
        );
        return abi.encodePacked(r, s, v);
    }

    function _contribute(
        uint256 circleId,
        address payer,
        address member,
        uint256 round,
        uint256 assets,
        uint256 maxPenalty
    ) private {
        _look();
        vm.prank(payer);
        try circles.contribute(circleId, member, round, assets, maxPenalty) returns (uint256 paid, uint256) {
            paidIn[circleId][member] += paid;
        } catch (bytes memory reason) {
            _mustBeSaid(reason);
        }
    }

    function _restore(uint256 circleId, address payer, address member, uint256 assets) private {
        vm.prank(payer);
        try circles.restoreCollateral(circleId, member, assets) returns (uint256 paid) {
            paidIn[circleId][member] += paid;
        } catch (bytes memory reason) {
            _mustBeSaid(reason);
        }
    }

    function _reveal(uint256 circleId, address account, uint256 discount) private {
        _look();
        vm.prank(account);
        try circles.revealBid(circleId, discount, "salt") {} catch (bytes memory reason) {
            _mustBeSaid(reason);
        }
    }

    function _claim(
        uint256 circleId,
        address account,
        bool asShares,
        uint256 minAssets,
        bool elsewhere
    ) private {
        _look();
        address receiver = elsewhere ? address(0xCA5E) : account;
        uint256 settled = circles.circleOf(circleId).settled;
        (uint256 cash, uint256 shares) = circles.claimableOf(circleId, account);
        uint256 before = _wealth(receiver);
        uint256 worth = vault.convertToAssets(shares);
        vm.prank(account);
        if (asShares) {
            try circles.claimAsShares(circleId, receiver) returns (uint256 gotCash, uint256 gotShares) {
                _checkPromise(circleId, settled, cash, shares, gotCash, gotShares);
            } catch (bytes memory reason) {
                _checkRefusal(circleId, account, settled, cash + shares, reason);
            }
        } else {
            try circles.claim(circleId, receiver, minAssets) returns (uint256 got) {
                _checkPromise(circleId, settled, cash + worth, 0, got, 0);
            } catch (bytes memory reason) {
                // What is there cannot always be had at once; shares can.
                if (!lossy) _checkRefusal(circleId, account, settled, minAssets > 0 ? 0 : cash, reason);
                else _mustBeSaid(reason);
            }
        }
        takenOut[circleId][account] += _wealth(receiver) - before;
    }

    /// What can be claimed is what a claim pays.
    function _checkPromise(
        uint256 circleId,
        uint256 settled,
        uint256 cash,
        uint256 shares,
        uint256 gotCash,
        uint256 gotShares
    ) private view {
        // A claim settles first what is due.
        if (circles.circleOf(circleId).settled != settled) return;
        assertEq(gotCash, cash, "money promised");
        assertEq(gotShares, shares, "shares promised");
    }

    function _checkRefusal(
        uint256 circleId,
        address account,
        uint256 settled,
        uint256 promised,
        bytes memory reason
    ) private {
        _mustBeSaid(reason);
        if (asset.blocked(account)) return;
        IRotatingPools.Circle memory circle = circles.circleOf(circleId);
        bool due = circle.state == IRotatingPools.State.Running && block.timestamp >= _settleFrom(circle);
        if (circle.settled == settled && !due) assertEq(promised, 0, "a promise was not kept");
    }

    function _mixed(uint256 a, uint256 b) private pure returns (uint256) {
        return uint256(keccak256(abi.encode(a, b)));
    }

    /// @dev Whatever the contract refuses it says why; a panic is a mistake.
    function _mustBeSaid(bytes memory reason) private {
        vm.getRecordedLogs();
        if (bytes4(reason) == IRotatingPools.PayDueFirst.selector) ++reached_.claimsRefusedToDebtors;
        assertTrue(bytes4(reason) != PANIC, "a panic");
        if (!lossy) assertGt(reason.length, 0, "no reason");
    }

    function _wealth(address account) private view returns (uint256) {
        return asset.balanceOf(account) + vault.convertToAssets(vault.balanceOf(account));
    }

    function _any(uint256 which) private view returns (uint256) {
        uint256 count = circles.circleCount();
        return count == 0 ? 0 : 1 + (which % count);
    }

    /// @dev One that runs, if there is one.
    function _running(uint256 which) private view returns (uint256 circleId) {
        (uint256 running, bool found) = _in(which, IRotatingPools.State.Running);
        return found ? running : _any(which);
    }

    function _in(
        uint256 which,
        IRotatingPools.State state
    ) private view returns (uint256 circleId, bool found) {
        uint256 count = circles.circleCount();
        for (uint256 i = 0; i < count; ++i) {
            circleId = 1 + (((which % count) + i) % count);
            if (circles.circleOf(circleId).state == state) return (circleId, true);
        }
    }

    function _byBids(uint256 which) private view returns (uint256 circleId, bool found) {
        uint256 count = circles.circleCount();
        for (uint256 i = 0; i < count; ++i) {
            circleId = 1 + (((which % count) + i) % count);
            IRotatingPools.Circle memory circle = circles.circleOf(circleId);
            bool runs = circle.state == IRotatingPools.State.Running;
            if (runs && circle.order == IRotatingPools.Order.Bids) return (circleId, true);
        }
    }

    function _mostDiscount(uint256 circleId) private view returns (uint256) {
        IRotatingPools.Circle memory circle = circles.circleOf(circleId);
        uint256 pot = uint256(circle.contribution) * (circle.members - 1);
        uint256 deposit = circles.admissionOf(circleId).bidDeposit;
        return deposit < pot ? deposit : pot;
    }

    function _memberAt(uint256 circleId, uint256 member) private view returns (address) {
        if (circleId == 0) return actors[member % ACTORS];
        address[] memory queue = circles.queueOf(circleId);
        // Now and then somebody who is none.
        return queue.length == 0 || member % 16 == 0 ? actors[member % ACTORS] : queue[member % queue.length];
    }

    function _adversary(uint256 who) private view returns (address) {
        return actors[HONEST + (who % (ACTORS - HONEST))];
    }

    function _settleFrom(IRotatingPools.Circle memory circle) private pure returns (uint256) {
        uint256 length = uint256(circle.period) + circle.grace;
        return
            circle.start + circle.settled * length + circle.period + (circle.grace == 0 ? 1 : circle.grace);
    }
}
