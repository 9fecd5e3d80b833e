using Google.Protobuf;
using Grpc.Core;
using Replication.Core.Positions;
using Replication.Core.Transactions;
using Replication.Protos.V1;

namespace Replication.Wire.Tests;

public sealed class CommitMapTests
{
    [Fact]
    public void A_request_names_itself_and_a_position_known_when_it_was_sent_first()
    {
        var request = new CommitRequest { RequestId = ByteString.CopyFromUtf8("r"), FirstSentAfter = new Position { Epoch = 3, Index = 42 } };

        var transaction = request.ToTransaction();

        Assert.Equal("r"u8, transaction.RequestId.Span);
        Assert.Equal(new LogPosition(new Epoch(3), 42), transaction.FirstSentAfter);
    }

    [Fact]
    public void No_position_is_sent_now_and_an_empty_one_is_of_unknown_time()
    {
        Assert.Null(new CommitRequest().ToTransaction().FirstSentAfter);
        Assert.Equal(LogPosition.Start, new CommitRequest { FirstSentAfter = new Position() }.ToTransaction().FirstSentAfter);
        Assert.Equal(StatusCode.InvalidArgument, Assert.Throws<RpcException>(() => new CommitRequest { FirstSentAfter = new Position { Index = ulong.MaxValue } }.ToTransaction()).StatusCode);
    }

    [Fact]
    public void A_forgotten_request_is_an_error_with_the_position_to_go_on_behind()
    {
        var outcome = new CommitOutcome.Forgotten(new LogPosition(new Epoch(3), 42), "Forgotten.");

        var error = outcome.ToItem(7).Error;
        var thrown = Assert.Throws<RpcException>(outcome.ToResponse);

        Assert.Equal(new Error { Code = Error.Types.Code.Forgotten, Message = "Forgotten.", Epoch = 3, Index = 42 }, error);
        Assert.Equal((StatusCode.OutOfRange, error), (thrown.StatusCode, thrown.Details()));
    }
}
