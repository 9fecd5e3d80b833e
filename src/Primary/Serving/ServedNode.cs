using Replication.Core.Following;

namespace Replication.Primary.Serving;

/// <summary>What a node that is followed says of itself on its streams.</summary>
/// <param name="PrimaryAddress">gRPC address of the primary as known here; may be empty.</param>
/// <param name="Age">How old its own data is; zero on a primary.</param>
/// <param name="Path">Its own.</param>
public sealed record ServedNode(Func<string> PrimaryAddress, Func<TimeSpan> Age, Func<UpstreamPath> Path);
