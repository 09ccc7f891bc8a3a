// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IVaultPool} from "../pool/IVaultPool.sol";

/// @title ICooperativePools
/// @notice Groups that save together. Anybody may create one; its creator may invite, and close it to new money, and
/// has no other power. Each member's part is vault shares bought at the price of that moment, so that who comes late
/// takes no yield that was earned before. No role of the protocol has any say here.
///
/// In every event, `assets` are in the asset's smallest unit, `shares` are vault shares, and "After" are the numbers
/// once the event has happened.
interface ICooperativePools is IVaultPool {
    /// @notice What a pool is created with.
    /// @param name 1 to 64 bytes.
    /// @param minimum The least principal of a member.
    /// @param maximum The most principal that contributions may take a member to.
    /// @param maxMembers How many members it can have, 2 or more. One seat is the creator's, whether they have joined
    /// or not; in an open pool anybody can take the others for the minimum.
    /// @param open Whether anybody may join; else one needs an invitation.
    struct Terms {
        string name;
        uint112 minimum;
        uint112 maximum;
        uint16 maxMembers;
        bool open;
    }

    /// @notice A pool as it is now.
    /// @param creator Who made it.
    /// @param memberCount How many members it has.
    /// @param maxMembers How many it can have.
    /// @param invitationEpoch Invitations of earlier epochs have been revoked.
    /// @param open Whether anybody may join.
    /// @param closed Whether it takes no more money.
    struct Pool {
        address creator;
        uint16 memberCount;
        uint16 maxMembers;
        uint32 invitationEpoch;
        bool open;
        bool closed;
    }

    // ------------------------------------------------------------------------------------------------------ events

    /// @notice A pool was created.
    event PoolCreated(
        uint256 indexed poolId,
        address indexed creator,
        string name,
        uint256 minimum,
        uint256 maximum,
        uint256 maxMembers,
        bool open
    );

    /// @notice Somebody became a member. Their first {ContributionMade} follows.
    event MemberJoined(uint256 indexed poolId, address indexed member, uint256 memberCountAfter);

    /// @notice Money was paid in.
    event ContributionMade(
        uint256 indexed poolId,
        address indexed member,
        address indexed payer,
        uint256 assets,
        uint256 shares,
        uint256 principalAfter,
        uint256 sharesAfter,
        uint256 poolPrincipalAfter,
        uint256 poolSharesAfter
    );

    /// @notice Principal was taken out.
    event WithdrawalMade(
        uint256 indexed poolId,
        address indexed member,
        address indexed receiver,
        uint256 assets,
        uint256 shares,
        uint256 principalAfter,
        uint256 sharesAfter,
        uint256 poolPrincipalAfter,
        uint256 poolSharesAfter
    );

    /// @notice Yield was taken out.
    event YieldClaimed(
        uint256 indexed poolId,
        address indexed member,
        address indexed receiver,
        uint256 assets,
        uint256 shares,
        uint256 principalAfter,
        uint256 sharesAfter,
        uint256 poolPrincipalAfter,
        uint256 poolSharesAfter
    );

    /// @notice A member who leaves took the vault shares themselves.
    event SharesTakenOut(
        uint256 indexed poolId,
        address indexed member,
        address indexed receiver,
        uint256 shares,
        uint256 principal,
        uint256 poolPrincipalAfter,
        uint256 poolSharesAfter
    );

    /// @notice A member left with everything.
    event MemberLeft(uint256 indexed poolId, address indexed member, uint256 memberCountAfter);

    /// @notice The pool takes no more money. Taking out goes on as before.
    event PoolClosed(uint256 indexed poolId, address indexed creator);

    /// @notice All invitations so far are void.
    event InvitationsRevoked(uint256 indexed poolId, address indexed creator, uint256 invitationEpoch);

    // ------------------------------------------------------------------------------------------------------ errors

    /// @notice There is no such pool.
    error PoolUnknown(uint256 poolId);

    /// @notice The name must be 1 to 64 bytes long.
    error NameOutOfRange(uint256 length);

    /// @notice The minimum must be above zero and not above the maximum.
    error AmountsOutOfRange(uint256 minimum, uint256 maximum);

    /// @notice A pool has room for two members or more.
    error MembersOutOfRange(uint256 maxMembers);

    /// @notice The pool takes no more money.
    error PoolIsClosed(uint256 poolId);

    /// @notice The pool has as many members as it can have, or only its creator's seat is left.
    error PoolIsFull(uint256 poolId, uint256 maxMembers);

    /// @notice The pool is not open: join with an invitation.
    error InvitationNeeded(uint256 poolId);

    /// @notice The invitation was good until `deadline`: ask for a new one.
    error InvitationExpired(uint256 deadline);

    /// @notice The invitation is not for this pool and caller, was revoked, or was not signed by the creator.
    error InvitationInvalid(uint256 poolId, address invitee);

    /// @notice Who is a member already adds with {contribute}.
    error AlreadyMember(uint256 poolId, address member);

    /// @notice Only members have something here.
    error NotMember(uint256 poolId, address account);

    /// @notice Only the pool's creator may do that.
    error NotCreator(uint256 poolId, address account);

    /// @notice The member would have less principal than the pool asks for: leave instead.
    error BelowMinimum(uint256 principal, uint256 minimum);

    /// @notice Who joins would have more principal than the pool allows, or a member has as much already: nothing more
    /// fits.
    error AboveMaximum(uint256 principal, uint256 maximum);

    // ----------------------------------------------------------------------------------------------------- actions

    /// @notice Creates a pool.
    /// @param terms Its terms, for good.
    /// @param assets What the creator pays in as its first member; at zero the creator is no member yet.
    /// @param minShares The least number of vault shares to accept.
    /// @return poolId Its number, counted from 1.
    function createPool(
        Terms calldata terms,
        uint256 assets,
        uint256 minShares
    ) external returns (uint256 poolId);

    /// @notice Joins an open pool, or as its creator.
    /// @param poolId Which.
    /// @param assets The first contribution.
    /// @param minShares The least number of vault shares to accept.
    /// @return shares Vault shares bought, rounded down.
    function join(uint256 poolId, uint256 assets, uint256 minShares) external returns (uint256 shares);

    /// @notice Joins with an invitation: the creator's EIP-712 signature, or ERC-1271 where the creator is a contract.
    /// It serves until its deadline or until it is revoked, also to come back.
    /// @param poolId Which.
    /// @param assets The first contribution.
    /// @param minShares The least number of vault shares to accept.
    /// @param deadline Until when the invitation is good.
    /// @param signature Over `Invitation(uint256 poolId,address invitee,uint32 epoch,uint256 deadline)`.
    /// @return shares Vault shares bought, rounded down.
    function joinWithInvitation(
        uint256 poolId,
        uint256 assets,
        uint256 minShares,
        uint256 deadline,
        bytes calldata signature
    ) external returns (uint256 shares);

    /// @notice Adds to a member's part, one's own or another's. The caller pays. What is above the pool's maximum is
    /// left out, so that nobody makes a member's own contribution fail by paying for them first.
    /// @param poolId Which pool.
    /// @param member Whose part grows.
    /// @param assets How much.
    /// @param minShares The least number of vault shares to accept, also if something is left out.
    /// @return shares Vault shares bought, rounded down.
    function contribute(
        uint256 poolId,
        address member,
        uint256 assets,
        uint256 minShares
    ) external returns (uint256 shares);

    /// @notice Takes out principal, down to the pool's minimum.
    /// @param poolId Which pool.
    /// @param assets How much.
    /// @param receiver Who gets it.
    /// @param maxShares The most vault shares to give for it.
    /// @return shares Vault shares given, rounded up.
    function withdraw(
        uint256 poolId,
        uint256 assets,
        address receiver,
        uint256 maxShares
    ) external returns (uint256 shares);

    /// @notice Takes out the caller's yield, which may be none. The principal stays fully covered.
    /// @param poolId Which pool.
    /// @param receiver Who gets it.
    /// @return assets What was paid, rounded down.
    function claimYield(uint256 poolId, address receiver) external returns (uint256 assets);

    /// @notice Leaves with everything, principal and yield, whatever the pool's state.
    /// @param poolId Which pool.
    /// @param receiver Who gets it.
    /// @param minAssets The least to accept.
    /// @return assets What was paid, rounded down.
    function leave(uint256 poolId, address receiver, uint256 minAssets) external returns (uint256 assets);

    /// @notice Leaves with the vault shares themselves: the exit that depends on no strategy and no liquidity.
    /// @param poolId Which pool.
    /// @param receiver Who gets the shares.
    /// @return shares How many.
    function leaveWithShares(uint256 poolId, address receiver) external returns (uint256 shares);

    /// @notice Closes the pool to new members and new money, for good. Creator only.
    /// @param poolId Which pool.
    function closePool(uint256 poolId) external;

    /// @notice Makes all invitations so far void. Creator only.
    /// @param poolId Which pool.
    function revokeInvitations(uint256 poolId) external;

    // ------------------------------------------------------------------------------------------------------- views

    /// @notice How many pools there are; their numbers are 1 to this.
    function poolCount() external view returns (uint256);

    /// @notice A pool as it is now.
    function poolOf(uint256 poolId) external view returns (Pool memory);

    /// @notice The least and the most principal of a member.
    function amountsOf(uint256 poolId) external view returns (uint256 minimum, uint256 maximum);

    /// @notice The sums over a pool's members.
    function totalsOf(uint256 poolId) external view returns (uint256 shares, uint256 principal);

    /// @notice Whether somebody is a member.
    function isMember(uint256 poolId, address account) external view returns (bool);

    /// @notice A member's part.
    /// @param poolId Which pool.
    /// @param member Whose.
    /// @return shares Vault shares.
    /// @return principal The principal mark.
    /// @return value What the shares are worth now, rounded down.
    /// @return yield What {claimYield} would pay now.
    function positionOf(
        uint256 poolId,
        address member
    ) external view returns (uint256 shares, uint256 principal, uint256 value, uint256 yield);

    /// @notice The most that the account could join with or add now; nothing if the pool is closed, or has no seat for
    /// the account.
    function maxContribution(uint256 poolId, address account) external view returns (uint256 assets);
}
