using System.Collections.Immutable;

namespace Replication.Core.Following;

/// <summary>
/// Everybody who gets data from a node, over whatever others: the followers that it serves itself, and what these report of
/// their own. Pure. Only for status: what a quorum counts, or log is kept for, are sessions and followers of this node alone.
/// </summary>
public static class DownstreamTree
{
    /// <summary>Nodes in one report, those that are nearest.</summary>
    public const int MaxNodes = 256;

    /// <summary>A node that was not heard of for so long is left out: it went, or went elsewhere.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <summary>
    /// The nodes, each once, those nearest to this one first, and each behind the one that it follows. Whoever has a session
    /// with this node is shown there; otherwise where it was heard of last.
    /// </summary>
    /// <param name="self">This node.</param>
    /// <param name="followers">That it serves or has served.</param>
    /// <param name="now">On the clock that <paramref name="followers"/> are stamped with.</param>
    public static ImmutableArray<DownstreamNode> Of(ulong self, IEnumerable<FollowerProgress> followers, TimeSpan now)
    {
        var found = new Dictionary<ulong, DownstreamNode>();
        foreach (var follower in followers.Where(follower => follower.Hello.Kind != FollowerKind.Tail && follower.State != FollowerState.Disconnected))
        {
            Add(found, self, Direct(self, follower, now));
            // What is reported to follow this node came over another one: this node knows better who has a session with it.
            foreach (var node in follower.Below.Where(node => node.UpstreamId != self)) Add(found, self, node with { Silence = node.Silence + now - follower.LastContact });
        }
        return Ordered(self, found.Values.ToLookup(node => node.UpstreamId));
    }

    private static void Add(Dictionary<ulong, DownstreamNode> found, ulong self, DownstreamNode node)
    {
        if (node.NodeId == self || (node.Silence >= Patience && !HasSession(node, self))) return;
        if (!found.TryGetValue(node.NodeId, out var known) || HasSession(node, self) || (!HasSession(known, self) && node.Silence < known.Silence)) found[node.NodeId] = node;
    }

    private static bool HasSession(DownstreamNode node, ulong self) => node.UpstreamId == self && node.State is (FollowerState.CatchingUp or FollowerState.Streaming);

    private static DownstreamNode Direct(ulong self, FollowerProgress follower, TimeSpan now) => new(
        follower.Hello.NodeId, Cut(follower.Hello.NodeName), Cut(follower.Hello.Address), follower.State, follower.Durable, follower.Applied, self, now - follower.LastContact);

    // Whoever follows a node that is not there is not there either, so nothing goes round in a circle.
    private static ImmutableArray<DownstreamNode> Ordered(ulong self, ILookup<ulong, DownstreamNode> byUpstream)
    {
        var nodes = ImmutableArray.CreateBuilder<DownstreamNode>();
        var upstream = self;
        for (var next = 0; next <= nodes.Count && nodes.Count < MaxNodes; next++)
        {
            nodes.AddRange(byUpstream[upstream].OrderBy(node => node.NodeName, StringComparer.Ordinal).ThenBy(node => node.NodeId).Take(MaxNodes - nodes.Count));
            if (next < nodes.Count) upstream = nodes[next].NodeId;
        }
        return nodes.ToImmutable();
    }

    private static string Cut(string text) => text.Length <= DownstreamNode.MaxTextLength ? text : text[..DownstreamNode.MaxTextLength];
}
