namespace Replication.Core.Following;

/// <summary>A node that gets its data from another one, as that one knows it: for people to look at, never for a decision.</summary>
/// <param name="NodeId">Its identity.</param>
/// <param name="NodeName">Its name; at most <see cref="MaxTextLength"/> characters.</param>
/// <param name="Address">Where it serves; at most <see cref="MaxTextLength"/> characters.</param>
/// <param name="State">Where it is in its life; never disconnected.</param>
/// <param name="Durable">Highest index synced on its disk.</param>
/// <param name="Applied">Highest index its readers see.</param>
/// <param name="UpstreamId">Identity of the node that it follows.</param>
/// <param name="Silence">Since it was heard of by that one.</param>
public sealed record DownstreamNode(
    ulong NodeId, string NodeName, string Address, FollowerState State, long Durable, long Applied, ulong UpstreamId, TimeSpan Silence)
{
    /// <summary>Characters of a name or an address; more are cut off.</summary>
    public const int MaxTextLength = 255;
}
