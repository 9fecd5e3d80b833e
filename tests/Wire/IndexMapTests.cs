using System.Text;
using Grpc.Core;
using Replication.Core.Positions;
using Replication.Core.Records;
using Replication.Core.Transactions;
using Replication.Protos.V1;
using DatabaseState = Replication.Core.Records.DatabaseState;
using Operation = Replication.Core.Transactions.Operation;

namespace Replication.Wire.Tests;

public sealed class IndexMapTests
{
    [Fact]
    public void An_index_that_is_being_built_is_refused_with_how_far_it_is()
    {
        var state = Building(steps: 1);

        var failure = Assert.Throws<RpcException>(() => state.Collections["c"].ReadyIndex("n", state));

        Assert.Equal((StatusCode.FailedPrecondition, Error.Types.Code.IndexBuilding), (failure.StatusCode, failure.Details()!.Code));
        Assert.Equal("Index 'n' is being built: it has come by 2 of 5 records. Ask again after a moment.", failure.Status.Detail);
    }

    [Fact]
    public void An_index_is_listed_with_its_progress()
    {
        var building = Building(steps: 2);
        var ready = Building(steps: 3);

        var listed = building.Collections["c"].Indexes[0].ToMessage(building.Collections["c"]);

        Assert.Equal(("c", "n", "a.n", true), (listed.Collection, listed.Name, listed.Path, listed.Unique));
        Assert.Equal((Protos.V1.Index.Types.Phase.Building, 4UL, 4UL, 5UL), (listed.Phase, listed.Entries, listed.Covered, listed.Records));
        Assert.Equal(Protos.V1.Index.Types.Phase.Ready, ready.Collections["c"].ReadyIndex("n", ready).ToMessage(ready.Collections["c"]).Phase);
        Assert.Equal(Error.Types.Code.UnknownIndex, Assert.Throws<RpcException>(() => ready.Collections["c"].ReadyIndex("m", ready)).Details()!.Code);
    }

    [Fact]
    public void A_unique_value_that_is_taken_is_an_answer_and_no_failure()
    {
        var response = new CommitOutcome.Rejected(RejectionReason.UniqueViolation, "taken", 3).ToResponse();

        Assert.Equal((Error.Types.Code.UniqueViolation, "taken", 3U), (response.Rejected.Code, response.Rejected.Message, response.Rejected.Operation));
    }

    [Theory]
    [InlineData(RejectionReason.UnknownIndex, StatusCode.NotFound)]
    [InlineData(RejectionReason.IndexExists, StatusCode.AlreadyExists)]
    public void Other_rejections_are_failures(RejectionReason reason, StatusCode status) =>
        Assert.Equal(status, Assert.Throws<RpcException>(() => new CommitOutcome.Rejected(reason, "no").ToResponse()).StatusCode);

    [Fact]
    public void A_query_with_a_value_of_no_known_kind_is_refused() =>
        Assert.Equal(StatusCode.InvalidArgument, Assert.Throws<RpcException>(() => new QueryRequest { EqualTo = new IndexValue() }.ToBounds()).StatusCode);

    private static DatabaseState Building(int steps)
    {
        var pipeline = new CommitPipeline(DatabaseState.Empty, new Epoch(1), new DigestHistory(4), indexStep: 2);
        pipeline.Append(Core.Log.EntryKind.EpochStart, new Core.Reigns.EpochStart(1, 2, "n").ToArray(), 1);
        var puts = Enumerable.Range(0, 5).Select(number => Operation.Put("c", Encoding.UTF8.GetBytes($"k{number}"), Encoding.UTF8.GetBytes($$"""{"a":{"n": {{number}} } }""")));
        var request = new CommitRequest { Operations = { new Protos.V1.Operation { CreateIndex = new CreateIndex { Collection = "c", Name = "n", Path = "a.n", Unique = true } } } };
        foreach (var transaction in new[] { new Transaction([.. puts]), request.ToTransaction() })
            Assert.IsType<CommitOutcome.Committed>(pipeline.Decide(new TransactionCheck(TransactionLimits.Default).Check(transaction, DatabaseState.Empty, out _)!, 1));
        for (var step = 0; step < steps; step++) pipeline.BuildIndexes(1);
        return pipeline.TakeBatch().State;
    }
}
