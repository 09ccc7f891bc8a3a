// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Test} from "forge-std/Test.sol";
import {IRotatingPools} from "../../../contracts/circles/IRotatingPools.sol";
import {RotatingPools} from "../../../contracts/circles/RotatingPools.sol";
import {KhipuVault} from "../../../contracts/vault/KhipuVault.sol";
import {BlockingToken} from "../../doubles/BlockingToken.sol";
import {FickleCoordinator} from "../../doubles/FickleCoordinator.sol";
import {MoodyStrategy} from "../../doubles/MoodyStrategy.sol";

/// @notice Circles of honest people and of one adversary with several addresses. The honest pay each round before its
/// time is over and do nothing else that they must not. The adversary pays, pays late, in part, ahead, for others, or
/// not at all; claims whenever there is something; bids, copies bids and does not reveal; is blocked by the asset; and
/// so on, in any order. The handler keeps account of what each honest person paid and took.
contract CirclesHandler is Test {
    uint256 internal constant ACTORS = 6;
    uint256 internal constant HONEST = 3;
    uint256 internal constant MAX_CIRCLES = 6;

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

    /// @dev What was paid for somebody in a circle, what they took out, and what they offered to give up.
    mapping(uint256 circleId => mapping(address actor => uint256 assets)) public paidIn;
    mapping(uint256 circleId => mapping(address actor => uint256 assets)) public takenOut;
    mapping(uint256 circleId => mapping(address actor => uint256 assets)) public conceded;

    /// @dev What is sealed in a bid.
    mapping(uint256 circleId => mapping(uint256 round => mapping(address actor => uint256 discount)))
        internal bids;

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
            vm.prank(actors[i]);
            asset.approve(address(circles), type(uint256).max);
        }
    }

    // ---------------------------------------------------------------------------------------------------- forming

    function create(uint256 seed, uint256 kind) external {
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
            joinBy: uint40(block.timestamp + 2 days),
            bidDeposit: order == IRotatingPools.Order.Bids ? uint96(1 + ((seed >> 200) % unit)) : 0,
            grace: 1 days,
            penaltyBps: uint16(penaltyBps),
            members: members,
            open: collateralised && (kind >> 16) % 2 == 0,
            invested: (kind >> 24) % 2 == 0,
            order: order
        });
        vm.prank(actors[(seed >> 96) % ACTORS]);
        uint256 circleId = circles.createCircle(terms, false);
        // One of four does not fill at once.
        uint256 joining = (kind >> 32) % 4 == 0 ? members - 1 : members;
        for (uint256 i = 0; i < joining; ++i) _join(circleId, (seed >> 96) + i);
    }

    function join(uint256 which, uint256 who) external {
        (uint256 circleId, bool found) = _circle(which, IRotatingPools.State.Forming);
        if (!found || block.timestamp > circles.admissionOf(circleId).deadline) return;
        if (_isFull(circleId)) return;
        if (circles.memberOf(circleId, actors[who % ACTORS]).joined) return;
        _join(circleId, who);
    }

    function leave(uint256 which, uint256 who, bool asShares) external {
        (uint256 circleId, bool found) = _circle(which, IRotatingPools.State.Forming);
        address actor = actors[who % ACTORS];
        if (!found || !circles.memberOf(circleId, actor).joined || asset.blocked(actor)) return;
        bool invested = circles.circleOf(circleId).invested;
        uint256 before = asset.balanceOf(actor);
        vm.startPrank(actor);
        if (asShares) {
            uint256 shares = circles.leaveAsShares(circleId, actor);
            if (invested && shares > 0) vault.redeem(shares, actor, actor);
        } else {
            circles.leave(circleId, actor, 0);
        }
        vm.stopPrank();
        takenOut[circleId][actor] += asset.balanceOf(actor) - before;
    }

    function drawOrder(uint256 which, uint256 word) external {
        (uint256 circleId, bool found) = _circle(which, IRotatingPools.State.Forming);
        IRotatingPools.Circle memory circle = found ? circles.circleOf(circleId) : _none();
        if (circle.order != IRotatingPools.Order.Random || !_isFull(circleId)) return;
        if (block.timestamp > circles.admissionOf(circleId).deadline) return;
        uint256 requestId = circles.requestOrder(circleId);
        if (word % 8 == 0) return;
        coordinator.answer(circles, requestId, word);
        circles.start(circleId);
    }

    function abort(uint256 which) external {
        uint256 count = circles.circleCount();
        if (count == 0) return;
        uint256 circleId = 1 + (which % count);
        IRotatingPools.Circle memory circle = circles.circleOf(circleId);
        bool forming = circle.state == IRotatingPools.State.Forming;
        if (!forming && circle.state != IRotatingPools.State.Requested) return;
        if (block.timestamp > circles.admissionOf(circleId).deadline) circles.abort(circleId);
    }

    // ------------------------------------------------------------------------------------------------- the adversary

    function pay(uint256 which, uint256 payer, uint256 member, uint256 assets) external {
        (uint256 circleId, bool found) = _circle(which, IRotatingPools.State.Running);
        if (!found) return;
        _contribute(circleId, _adversary(payer), _memberAt(circleId, member), assets);
    }

    function payAhead(uint256 which, uint256 member, uint256 assets) external {
        (uint256 circleId, bool found) = _circle(which, IRotatingPools.State.Running);
        if (!found) return;
        _payAhead(circleId, _memberAt(circleId, member), assets);
    }

    function restore(uint256 which, uint256 member, uint256 assets) external {
        (uint256 circleId, bool found) = _circle(which, IRotatingPools.State.Running);
        if (!found) return;
        address account = _memberAt(circleId, member);
        uint256 used = circles.memberOf(circleId, account).used;
        address payer = _adversary(member);
        if (used == 0 || asset.blocked(payer)) return;
        asset.mint(payer, 2 * used + 1);
        vm.prank(payer);
        try circles.restoreCollateral(circleId, account, 1 + (assets % used)) returns (uint256 paid) {
            paidIn[circleId][account] += paid;
        } catch (bytes memory reason) {
            _mayOnlyBe(reason, IRotatingPools.WrongState.selector, IRotatingPools.NothingToPay.selector);
        }
    }

    function claim(uint256 which, uint256 member, bool asShares) external {
        uint256 count = circles.circleCount();
        if (count == 0) return;
        uint256 circleId = 1 + (which % count);
        if (circles.queueOf(circleId).length == 0) return;
        if (circles.circleOf(circleId).state < IRotatingPools.State.Running) return;
        address account = _memberAt(circleId, member);
        if (!asset.blocked(account)) _claim(circleId, account, asShares, false);
    }

    function bid(uint256 which, uint256 member, uint256 discount, uint256 trick) external {
        (uint256 circleId, bool found) = _circle(which, IRotatingPools.State.Running);
        if (!found || circles.circleOf(circleId).order != IRotatingPools.Order.Bids) return;
        address account = _memberAt(circleId, member);
        _settleDue(circleId);
        IRotatingPools.Circle memory circle = circles.circleOf(circleId);
        if (circle.state != IRotatingPools.State.Running || _payBy(circle) < block.timestamp) return;
        IRotatingPools.Member memory state = circles.memberOf(circleId, account);
        if (state.served || state.defaulted || asset.blocked(account)) return;
        // Now and then what another has sealed.
        address owner = trick % 8 == 1 ? _memberAt(circleId, member + 1) : account;
        _bid(circleId, circle, account, owner, trick % 8 == 0 ? type(uint256).max : discount);
    }

    function reveal(uint256 which, uint256 member) external {
        (uint256 circleId, bool found) = _circle(which, IRotatingPools.State.Running);
        if (found) _reveal(circleId, _memberAt(circleId, member));
    }

    function setBlocked(uint256 who, bool isBlocked) external {
        asset.setBlocked(_adversary(who), isBlocked);
    }

    /// @dev Neither may be taken for anybody's.
    function donate(uint256 assets) external {
        asset.mint(address(circles), assets % unit);
    }

    // --------------------------------------------------------------------------------------------------- bystanders

    function settle(uint256 which, uint256 rounds) external {
        (uint256 circleId, bool found) = _circle(which, IRotatingPools.State.Running);
        if (!found) return;
        IRotatingPools.Circle memory circle = circles.circleOf(circleId);
        if (block.timestamp < _settleFrom(circle)) return;
        circles.settle(circleId, 1 + (rounds % 3));
    }

    function collect(uint256 which, uint256 member) public {
        uint256 count = circles.circleCount();
        if (count == 0) return;
        uint256 circleId = 1 + (which % count);
        if (circles.queueOf(circleId).length == 0) return;
        try circles.collectArrears(circleId, _memberAt(circleId, member)) {} catch (bytes memory reason) {
            _mayOnlyBe(reason, IRotatingPools.NothingToPay.selector, bytes4(0));
        }
    }

    function earn(uint256 assets) external {
        asset.mint(address(strategy), assets % (10 * unit));
        vault.report();
    }

    function rebalance() external {
        vault.rebalance();
    }

    function lose(uint256 assets) external {
        uint256 held = asset.balanceOf(address(strategy));
        if (lossy && held > 0) strategy.lose(assets % ((held / 4) + 1));
    }

    /// @dev Up to most of a day, so that of each round no more than one limit is passed; the honest pay and reveal
    /// before it is.
    function pass(uint256 time) external {
        _pass(1 + (time % (23 hours)));
    }

    // -------------------------------------------------------------------------------------------------- the end

    /// @dev Time passes until all is over, the honest pay, and everybody takes out what is theirs; the blocked to
    /// another address.
    function finish() external {
        if (msg.sender != test) return;
        for (uint256 i = 0; i < 12 * 2; ++i) _pass(22 hours);
        for (uint256 circleId = 1; circleId <= circles.circleCount(); ++circleId) {
            IRotatingPools.State state = circles.circleOf(circleId).state;
            if (state == IRotatingPools.State.Forming || state == IRotatingPools.State.Requested) {
                circles.abort(circleId);
            }
            _settleDue(circleId);
            // More than once: what somebody owes may first have to reach them.
            for (uint256 i = 0; i < ACTORS * ACTORS; ++i) collect(circleId - 1, i);
            for (uint256 i = 0; i < ACTORS; ++i) {
                if (circles.memberOf(circleId, actors[i]).joined) {
                    _claim(circleId, actors[i], i % 2 == 0, true);
                }
            }
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

    // ------------------------------------------------------------------------------------------------------- inside

    function _pass(uint256 time) private {
        uint256 until = block.timestamp + time;
        for (uint256 circleId = 1; circleId <= circles.circleCount(); ++circleId) {
            _settleDue(circleId);
            IRotatingPools.Circle memory circle = circles.circleOf(circleId);
            if (circle.state != IRotatingPools.State.Running) continue;
            uint256 payBy = _payBy(circle);
            address[] memory queue = circles.queueOf(circleId);
            for (uint256 i = 0; i < queue.length; ++i) {
                if (!isHonest(queue[i])) continue;
                if (block.timestamp <= payBy && payBy < until) {
                    (, uint256 due, uint256 penalty) = circles.dueOf(circleId, queue[i]);
                    assertEq(penalty, 0, "an honest member is late");
                    if (due > 0) _contribute(circleId, queue[i], queue[i], due);
                }
                if (payBy < block.timestamp && _settleFrom(circle) <= until) _reveal(circleId, queue[i]);
            }
        }
        vm.warp(until);
    }

    function _join(uint256 circleId, uint256 who) private {
        address actor = actors[who % ACTORS];
        IRotatingPools.Admission memory circle = circles.admissionOf(circleId);
        if (asset.blocked(actor)) asset.setBlocked(actor, false);
        asset.mint(actor, uint256(circle.collateral) + 1);
        bytes32 termsHash = circles.termsHashOf(circleId);
        uint256 before = asset.balanceOf(actor);
        if (circle.open) {
            vm.prank(actor);
            circles.join(circleId, termsHash);
        } else {
            bytes memory signature = _invite(circleId, circle, actor);
            vm.prank(actor);
            circles.joinWithInvitation(circleId, termsHash, block.timestamp, signature);
        }
        paidIn[circleId][actor] += before - asset.balanceOf(actor);
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

    /// @dev Who does not reveal gives up the deposit: what nobody can reveal is conceded at once.
    function _bid(
        uint256 circleId,
        IRotatingPools.Circle memory circle,
        address account,
        address owner,
        uint256 discount
    ) private {
        uint256 most = uint256(circle.contribution) * (circle.members - 1);
        uint256 deposit = circles.admissionOf(circleId).bidDeposit;
        bool tooMuch = discount == type(uint256).max;
        discount = tooMuch ? most + 1 : discount % (most + 1);
        if (tooMuch || owner != account) conceded[circleId][account] += deposit;
        bids[circleId][circle.settled][account] = discount;
        bytes32 commitment = circles.sealBid(circleId, circle.settled, owner, discount, "salt");
        asset.mint(account, deposit);
        uint256 before = asset.balanceOf(account);
        vm.prank(account);
        circles.commitBid(circleId, commitment);
        paidIn[circleId][account] += before - asset.balanceOf(account);
    }

    function _contribute(uint256 circleId, address payer, address member, uint256 assets) private {
        if (asset.blocked(payer)) return;
        uint256 most = uint256(circles.circleOf(circleId).contribution) * circles.circleOf(circleId).members;
        assets = 1 + (assets % most);
        asset.mint(payer, 2 * assets + 50);
        vm.prank(payer);
        try circles.contribute(circleId, member, assets, type(uint256).max) returns (uint256 paid, uint256) {
            paidIn[circleId][member] += paid;
        } catch (bytes memory reason) {
            _mayOnlyBe(reason, IRotatingPools.NothingToPay.selector, bytes4(0));
            assertFalse(isHonest(payer), "an honest member could not pay");
        }
    }

    function _payAhead(uint256 circleId, address member, uint256 assets) private {
        address payer = _adversary(assets);
        if (asset.blocked(payer)) return;
        uint256 most = uint256(circles.circleOf(circleId).contribution) * circles.circleOf(circleId).members;
        assets = 1 + (assets % most);
        asset.mint(payer, assets + 1);
        vm.prank(payer);
        try circles.contributeAhead(circleId, member, assets) returns (uint256 paid) {
            paidIn[circleId][member] += paid;
        } catch (bytes memory reason) {
            if (bytes4(reason) == IRotatingPools.WrongState.selector) return;
            _mayOnlyBe(reason, IRotatingPools.NothingToPay.selector, IRotatingPools.PayDueFirst.selector);
        }
    }

    function _reveal(uint256 circleId, address account) private {
        _settleDue(circleId);
        IRotatingPools.Circle memory circle = circles.circleOf(circleId);
        if (circle.state != IRotatingPools.State.Running || block.timestamp <= _payBy(circle)) return;
        uint256 discount = bids[circleId][circle.settled][account];
        vm.prank(account);
        try circles.revealBid(circleId, discount, "salt") {
            conceded[circleId][account] += discount;
        } catch (bytes memory reason) {
            _mayOnlyBe(reason, IRotatingPools.BidInvalid.selector, IRotatingPools.DiscountTooHigh.selector);
        }
    }

    function _claim(uint256 circleId, address account, bool asShares, bool elsewhere) private {
        address receiver = elsewhere ? address(0xCA5E) : account;
        bool invested = circles.circleOf(circleId).invested;
        uint256 before = asset.balanceOf(receiver);
        vm.prank(account);
        if (asShares) {
            try circles.claimAsShares(circleId, receiver) returns (uint256, uint256 shares) {
                if (invested && shares > 0) {
                    vm.prank(receiver);
                    vault.redeem(shares, receiver, receiver);
                }
            } catch (bytes memory reason) {
                _mayOnlyBe(reason, IRotatingPools.NothingToClaim.selector, bytes4(0));
            }
        } else {
            try circles.claim(circleId, receiver, 0) {} catch (bytes memory reason) {
                _mayOnlyBe(reason, IRotatingPools.NothingToClaim.selector, bytes4(0));
            }
        }
        takenOut[circleId][account] += asset.balanceOf(receiver) - before;
    }

    function _settleDue(uint256 circleId) private {
        IRotatingPools.Circle memory circle = circles.circleOf(circleId);
        if (circle.state == IRotatingPools.State.Running && block.timestamp >= _settleFrom(circle)) {
            circles.settle(circleId, type(uint256).max);
        }
    }

    function _mayOnlyBe(bytes memory reason, bytes4 one, bytes4 other) private pure {
        assertTrue(bytes4(reason) == one || bytes4(reason) == other, "failed for another reason");
    }

    function _circle(
        uint256 which,
        IRotatingPools.State state
    ) private view returns (uint256 circleId, bool found) {
        uint256 count = circles.circleCount();
        for (uint256 i = 0; i < count; ++i) {
            circleId = 1 + (((which % count) + i) % count);
            if (circles.circleOf(circleId).state == state) return (circleId, true);
        }
    }

    function _memberAt(uint256 circleId, uint256 member) private view returns (address) {
        address[] memory queue = circles.queueOf(circleId);
        return queue[member % queue.length];
    }

    function _adversary(uint256 who) private view returns (address) {
        return actors[HONEST + (who % (ACTORS - HONEST))];
    }

    function _isFull(uint256 circleId) private view returns (bool) {
        return circles.admissionOf(circleId).memberCount == circles.circleOf(circleId).members;
    }

    function _payBy(IRotatingPools.Circle memory circle) private pure returns (uint256) {
        return circle.start + uint256(circle.settled) * 2 days + 1 days;
    }

    function _settleFrom(IRotatingPools.Circle memory circle) private pure returns (uint256) {
        return circle.start + uint256(circle.settled) * 2 days + 2 days;
    }

    function _none() private pure returns (IRotatingPools.Circle memory circle) {}
}
