using Replication.Core.Database;
using Replication.Core.Following;
using Replication.Wire;

namespace Replication.Primary.Serving;

/// <summary>What a node does not give away while its digests do not agree.</summary>
internal static class ServedSoundness
{
    /// <summary>A snapshot of this node, even one that was written before, may carry on what is wrong with it.</summary>
    /// <exception cref="Grpc.Core.RpcException">HOLDING, LOADING.</exception>
    public static void ThrowUnlessSound(this LocalDatabase database)
    {
        if (database.Standing is not DigestStanding.Sound and var standing) throw Errors.NotSound(standing, "it gives no snapshot");
    }
}
