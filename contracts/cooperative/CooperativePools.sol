// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {SignedBy} from "../permit/SignedBy.sol";
import {Position, Totals} from "../pool/Position.sol";
import {Payout, PositionPool} from "../pool/PositionPool.sol";
import {VaultPool} from "../pool/VaultPool.sol";
import {IKhipuVault} from "../vault/IKhipuVault.sol";
import {ICooperativePools} from "./ICooperativePools.sol";

/// @title CooperativePools
/// @notice See {ICooperativePools}.
contract CooperativePools is ICooperativePools, PositionPool, EIP712 {
    using Math for uint256;
    using SignedBy for bytes32;

    struct Amounts {
        uint112 minimum;
        uint112 maximum;
    }

    bytes32 private constant INVITATION_TYPEHASH = keccak256(
        "Invitation(uint256 poolId,address invitee,uint32 epoch,uint256 deadline)"
    );

    uint256 private constant MAX_NAME_LENGTH = 64;

    /// @inheritdoc ICooperativePools
    uint256 public poolCount;

    mapping(uint256 poolId => Pool pool) private _pools;
    mapping(uint256 poolId => Amounts amounts) private _amounts;
    mapping(uint256 poolId => Totals totals) private _totals;

    /// @dev A member is who has opened a position. It is deleted when they leave.
    mapping(uint256 poolId => mapping(address member => Position position)) private _positions;

    /// @param vault_ Where the savings go.
    constructor(IKhipuVault vault_) VaultPool(vault_) EIP712("CooperativePools", "1") {}

    // ----------------------------------------------------------------------------------------------------- joining

    /// @inheritdoc ICooperativePools
    function createPool(
        Terms calldata terms,
        uint256 assets,
        uint256 minShares
    ) external nonReentrant returns (uint256 poolId) {
        uint256 nameLength = bytes(terms.name).length;
        if (nameLength == 0 || nameLength > MAX_NAME_LENGTH) revert NameOutOfRange(nameLength);
        if (terms.minimum == 0 || terms.minimum > terms.maximum) {
            revert AmountsOutOfRange(terms.minimum, terms.maximum);
        }
        if (terms.maxMembers < 2) revert MembersOutOfRange(terms.maxMembers);
        poolId = ++poolCount;
        Pool memory pool = Pool(msg.sender, 0, terms.maxMembers, 0, terms.open, false);
        _pools[poolId] = pool;
        _amounts[poolId] = Amounts(terms.minimum, terms.maximum);
        emit PoolCreated(
            poolId,
            msg.sender,
            terms.name,
            terms.minimum,
            terms.maximum,
            terms.maxMembers,
            terms.open
        );
        if (assets > 0) _join(poolId, pool, assets, minShares);
    }

    /// @inheritdoc ICooperativePools
    function join(
        uint256 poolId,
        uint256 assets,
        uint256 minShares
    ) external nonReentrant returns (uint256 shares) {
        Pool memory pool = _poolOf(poolId);
        if (!pool.open && msg.sender != pool.creator) revert InvitationNeeded(poolId);
        return _join(poolId, pool, assets, minShares);
    }

    /// @inheritdoc ICooperativePools
    function joinWithInvitation(
        uint256 poolId,
        uint256 assets,
        uint256 minShares,
        uint256 deadline,
        bytes calldata signature
    ) external nonReentrant returns (uint256 shares) {
        Pool memory pool = _poolOf(poolId);
        if (block.timestamp > deadline) revert InvitationExpired(deadline);
        bytes32 invitation = _hashTypedDataV4(
            keccak256(abi.encode(INVITATION_TYPEHASH, poolId, msg.sender, pool.invitationEpoch, deadline))
        );
        if (!invitation.isSignedBy(pool.creator, signature)) {
            revert InvitationInvalid(poolId, msg.sender);
        }
        return _join(poolId, pool, assets, minShares);
    }

    /// @inheritdoc ICooperativePools
    function contribute(
        uint256 poolId,
        address member,
        uint256 assets,
        uint256 minShares
    ) external nonReentrant returns (uint256 shares) {
        if (_poolOf(poolId).closed) revert PoolIsClosed(poolId);
        Position memory position = _memberOf(poolId, member);
        // What does not fit is left out: nobody makes a member's own call fail by paying for them first.
        uint256 maximum = _amounts[poolId].maximum;
        uint256 room = maximum.saturatingSub(position.principal);
        if (room == 0) revert AboveMaximum(position.principal + assets, maximum);
        return _contribute(poolId, member, position, assets.min(room), minShares);
    }

    // --------------------------------------------------------------------------------------------------- taking out

    /// @inheritdoc ICooperativePools
    function withdraw(
        uint256 poolId,
        uint256 assets,
        address receiver,
        uint256 maxShares
    ) external nonReentrant returns (uint256 shares) {
        Position memory position = _memberOf(poolId, msg.sender);
        Totals memory sums = _totals[poolId];
        shares = _payPrincipal(position, sums, assets, receiver, maxShares);
        uint256 minimum = _amounts[poolId].minimum;
        if (position.principal < minimum) revert BelowMinimum(position.principal, minimum);
        _book(poolId, msg.sender, position, sums);
        emit WithdrawalMade(
            poolId,
            msg.sender,
            receiver,
            assets,
            shares,
            position.principal,
            position.shares,
            sums.principal,
            sums.shares
        );
    }

    /// @inheritdoc ICooperativePools
    function claimYield(uint256 poolId, address receiver) external nonReentrant returns (uint256 assets) {
        Position memory position = _memberOf(poolId, msg.sender);
        Totals memory sums = _totals[poolId];
        uint256 shares;
        (assets, shares) = _payYield(position, sums, receiver);
        if (assets == 0) return 0;
        _book(poolId, msg.sender, position, sums);
        emit YieldClaimed(
            poolId,
            msg.sender,
            receiver,
            assets,
            shares,
            position.principal,
            position.shares,
            sums.principal,
            sums.shares
        );
    }

    /// @inheritdoc ICooperativePools
    function leave(
        uint256 poolId,
        address receiver,
        uint256 minAssets
    ) external nonReentrant returns (uint256 assets) {
        Position memory position = _memberOf(poolId, msg.sender);
        Totals memory sums = _totals[poolId];
        Payout memory payout = _payAll(position, sums, receiver, minAssets);
        _totals[poolId] = sums;
        emit WithdrawalMade(
            poolId,
            msg.sender,
            receiver,
            payout.principal,
            payout.principalShares,
            0,
            payout.yieldShares,
            sums.principal,
            sums.shares + payout.yieldShares
        );
        if (payout.yield > 0) {
            emit YieldClaimed(
                poolId,
                msg.sender,
                receiver,
                payout.yield,
                payout.yieldShares,
                0,
                0,
                sums.principal,
                sums.shares
            );
        }
        _removeMember(poolId);
        return payout.principal + payout.yield;
    }

    /// @inheritdoc ICooperativePools
    function leaveWithShares(
        uint256 poolId,
        address receiver
    ) external nonReentrant returns (uint256 shares) {
        Position memory position = _memberOf(poolId, msg.sender);
        Totals memory sums = _totals[poolId];
        uint256 principal;
        (shares, principal) = position.empty(sums);
        _totals[poolId] = sums;
        emit SharesTakenOut(poolId, msg.sender, receiver, shares, principal, sums.principal, sums.shares);
        _removeMember(poolId);
        _sendShares(shares, receiver);
    }

    // ----------------------------------------------------------------------------------------------------- creator's

    /// @inheritdoc ICooperativePools
    function closePool(uint256 poolId) external {
        Pool storage pool = _ownPool(poolId);
        if (pool.closed) revert PoolIsClosed(poolId);
        pool.closed = true;
        emit PoolClosed(poolId, msg.sender);
    }

    /// @inheritdoc ICooperativePools
    function revokeInvitations(uint256 poolId) external {
        uint32 epoch = ++_ownPool(poolId).invitationEpoch;
        emit InvitationsRevoked(poolId, msg.sender, epoch);
    }

    // ------------------------------------------------------------------------------------------------------- views

    /// @inheritdoc ICooperativePools
    function poolOf(uint256 poolId) external view nonReentrantView returns (Pool memory) {
        return _poolOf(poolId);
    }

    /// @inheritdoc ICooperativePools
    function amountsOf(uint256 poolId) external view returns (uint256 minimum, uint256 maximum) {
        Amounts memory amounts = _amounts[poolId];
        return (amounts.minimum, amounts.maximum);
    }

    /// @inheritdoc ICooperativePools
    function totalsOf(
        uint256 poolId
    ) external view nonReentrantView returns (uint256 shares, uint256 principal) {
        Totals memory sums = _totals[poolId];
        return (sums.shares, sums.principal);
    }

    /// @inheritdoc ICooperativePools
    function isMember(uint256 poolId, address account) external view nonReentrantView returns (bool) {
        return _positions[poolId][account].opened;
    }

    /// @inheritdoc ICooperativePools
    function positionOf(
        uint256 poolId,
        address member
    )
        external
        view
        nonReentrantView
        returns (uint256 shares, uint256 principal, uint256 value, uint256 yield)
    {
        return _valueOf(_positions[poolId][member]);
    }

    /// @inheritdoc ICooperativePools
    function maxContribution(
        uint256 poolId,
        address account
    ) external view nonReentrantView returns (uint256 assets) {
        Pool memory pool = _poolOf(poolId);
        Position memory position = _positions[poolId][account];
        if (pool.closed || (!position.opened && !_hasSeat(poolId, pool, account))) return 0;
        uint256 room = uint256(_amounts[poolId].maximum).saturatingSub(position.principal);
        return vault.maxDeposit(address(this)).min(room);
    }

    // ------------------------------------------------------------------------------------------------------- inside

    function _join(
        uint256 poolId,
        Pool memory pool,
        uint256 assets,
        uint256 minShares
    ) private returns (uint256 shares) {
        if (pool.closed) revert PoolIsClosed(poolId);
        if (!_hasSeat(poolId, pool, msg.sender)) revert PoolIsFull(poolId, pool.maxMembers);
        Position memory position = _positions[poolId][msg.sender];
        if (position.opened) revert AlreadyMember(poolId, msg.sender);
        position.opened = true;
        uint16 memberCount = pool.memberCount + 1;
        _pools[poolId].memberCount = memberCount;
        emit MemberJoined(poolId, msg.sender, memberCount);
        return _contribute(poolId, msg.sender, position, assets, minShares);
    }

    /// @dev The money goes first and the books follow: the vault says how many shares it bought.
    function _contribute(
        uint256 poolId,
        address member,
        Position memory position,
        uint256 assets,
        uint256 minShares
    ) private returns (uint256 shares) {
        shares = _buyShares(assets, minShares);
        Totals memory sums = _totals[poolId];
        position.add(sums, assets, shares);
        Amounts memory amounts = _amounts[poolId];
        if (position.principal < amounts.minimum) revert BelowMinimum(position.principal, amounts.minimum);
        if (position.principal > amounts.maximum) revert AboveMaximum(position.principal, amounts.maximum);
        _book(poolId, member, position, sums);
        emit ContributionMade(
            poolId,
            member,
            msg.sender,
            assets,
            shares,
            position.principal,
            position.shares,
            sums.principal,
            sums.shares
        );
    }

    /// @dev One seat is the creator's, whether they sit on it or not.
    function _hasSeat(uint256 poolId, Pool memory pool, address account) private view returns (bool) {
        if (pool.memberCount + 1 < pool.maxMembers || account == pool.creator)
            return pool.memberCount < pool.maxMembers;
        return pool.memberCount < pool.maxMembers && _positions[poolId][pool.creator].opened;
    }

    function _removeMember(uint256 poolId) private {
        delete _positions[poolId][msg.sender];
        uint16 memberCount = --_pools[poolId].memberCount;
        emit MemberLeft(poolId, msg.sender, memberCount);
    }

    function _book(uint256 poolId, address member, Position memory position, Totals memory sums) private {
        _positions[poolId][member] = position;
        _totals[poolId] = sums;
    }

    function _poolOf(uint256 poolId) private view returns (Pool memory pool) {
        pool = _pools[poolId];
        if (pool.creator == address(0)) revert PoolUnknown(poolId);
    }

    function _ownPool(uint256 poolId) private view returns (Pool storage pool) {
        pool = _pools[poolId];
        if (msg.sender != pool.creator) revert NotCreator(poolId, msg.sender);
    }

    function _memberOf(uint256 poolId, address member) private view returns (Position memory position) {
        position = _positions[poolId][member];
        if (!position.opened) revert NotMember(poolId, member);
    }
}
