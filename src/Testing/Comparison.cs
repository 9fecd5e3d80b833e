namespace Replication.Testing;

/// <summary>Compares the data of two nodes at one position, although each moves on.</summary>
internal static class Comparison
{
    /// <summary>Whether they could be compared: false while they are in different reigns or the upstream does not know the digest there.</summary>
    /// <exception cref="NodesDifferException">They could, and differ.</exception>
    public static bool HoldTheSame(TestNode node, TestNode upstream)
    {
        var own = node.Database.State;
        var other = upstream.Database.State;
        if (other.Index < own.Index || other.Epochs.EpochAt(own.Index) != own.Position.Epoch) return false;
        var (digest, records) = (other.Digest, other.Records);
        if (other.Index > own.Index)
        {
            if (upstream.Database.Digests.Find(own.Index) is not { } known) return false;
            (digest, records) = (known.Digest, known.Records);
        }
        if (digest == own.Digest && records == own.Records) return true;
        throw new NodesDifferException(
            $"At {own.Position} {node.Name} has digest {own.Digest} over {own.Records} records, but {upstream.Name} has {digest} over {records}.");
    }
}
