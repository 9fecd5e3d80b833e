using System.Globalization;
using Replication.Core.IO;

namespace Replication.Cli.Following;

/// <summary>Who a session says it is: a node that nobody has met before and nobody will meet again.</summary>
/// <param name="NodeId">Random.</param>
/// <param name="RunId">Random.</param>
/// <param name="Name">For the node's status.</param>
internal sealed record FollowSelf(ulong NodeId, ulong RunId, string Name)
{
    internal static FollowSelf New(IEntropy entropy, int number) =>
        new(entropy.NextNonZero(), entropy.NextNonZero(), string.Create(CultureInfo.InvariantCulture, $"replctl-follow-{number}"));
}
