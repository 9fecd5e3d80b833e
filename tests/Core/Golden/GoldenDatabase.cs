using Replication.Core.Log;
using Replication.Core.Positions;
using Replication.Core.Records;
using Replication.Core.Reigns;
using Replication.Core.Tests.Kit;
using Replication.Core.Transactions;

namespace Replication.Core.Tests.Golden;

/// <summary>The small database that the golden files hold: every kind of entry, two batches, an idle mark.</summary>
internal static class GoldenDatabase
{
    public const int SegmentBytes = 1024;

    private const long Now = 1_750_000_000_000_000;

    /// <summary>Writes the log and returns the state behind it.</summary>
    public static DatabaseState Write(SegmentedLog log)
    {
        var pipeline = new CommitPipeline(DatabaseState.Empty, new Epoch(1), new DigestHistory(16));
        pipeline.Append(EntryKind.EpochStart, new EpochStart(0x1122334455667788, 0xA1, "alpha").ToArray(), Now);
        pipeline.Append(EntryKind.Configuration, new Configuration([new Voter(0xA1, "alpha"), new Voter(0xB2, "beta")], 1).ToArray(), Now + 1);
        Append(log, pipeline, commitIndex: 0);

        var transaction = new Transaction(
            [
                Operation.Put("orders", TestPrimary.Utf8("o-1"), TestPrimary.Utf8("""{"total":12}""")),
                Operation.Create("blobs", CollectionKind.Bytes),
                Operation.Put("blobs", TestPrimary.Utf8("b"), new byte[] { 0x00, 0xFF }),
                Operation.Delete("orders", TestPrimary.Utf8("o-0")),
            ],
            TestPrimary.Utf8("req-1"));
        pipeline.Decide(new TransactionCheck(TransactionLimits.Default).Check(transaction, DatabaseState.Empty, out _)!, Now + 2);
        pipeline.AppendDigest(Now + 3);
        var state = Append(log, pipeline, commitIndex: 2);
        log.MarkIdle(commitIndex: 4);
        return state;
    }

    private static DatabaseState Append(SegmentedLog log, CommitPipeline pipeline, long commitIndex)
    {
        var (batch, state) = pipeline.TakeBatch();
        log.Append(batch, commitIndex);
        pipeline.Complete(batch);
        return state;
    }
}
