using System.Buffers.Binary;
using System.Net;
using System.Net.Http.Headers;
using Google.Protobuf;
using Microsoft.Extensions.Logging;
using Replication.Core.Following;
using Replication.Node.Tests.Fixture;
using Replication.Protos.V1;
using Replication.Testing;
using Replication.Wire;
using Hello = Replication.Core.Following.Hello;

namespace Replication.Node.Tests;

/// <summary>A bit that changes in the five bytes before a message: of them the check inside the message says nothing.</summary>
public sealed class ChangedPrefixTests : IDisposable
{
    private const ulong TailId = 0x538;

    /// <summary>Of gRPC's "Error when executing service method", with a stack trace.</summary>
    private const int HandlerFailed = 6;

    private const int SessionEnded = 1105;

    private readonly LogLines _log = new();

    public void Dispose() => _log.Dispose();

    [Theory]
    [InlineData(7, "does not begin like a message")]
    [InlineData(1, "ompress")] // a flag that there is, for what this session has not agreed on
    public async Task An_acknowledgement_with_a_changed_prefix_ends_its_session_like_any_other_damage(byte flag, string reason)
    {
        await using var cluster = Cluster();
        var primary = await cluster.PrimaryAsync();
        await primary.Client.PutAsync("docs", "k", "1");

        await SayAsync(primary, Prefixed(0, Introduction(primary).ToMessage()), [flag, 0, 0, 0, 0]);

        await Eventually.HoldsAsync("the session has ended", () => _log.Of(SessionEnded).Any(line => line.Contains(reason, StringComparison.Ordinal)));
        Assert.DoesNotContain(_log.Of(HandlerFailed), static line => line.Contains("executing service method", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_hello_with_a_changed_prefix_is_refused_as_no_message()
    {
        await using var cluster = Cluster();
        var primary = await cluster.PrimaryAsync();
        await primary.Client.PutAsync("docs", "k", "1");

        var status = await SayAsync(primary, Prefixed(7, Introduction(primary).ToMessage()));

        Assert.Equal("3", status); // INVALID_ARGUMENT
        Assert.DoesNotContain(_log.Of(HandlerFailed), static line => line.Contains("executing service method", StringComparison.Ordinal));
    }

    private TestCluster Cluster() => new(new TestClusterOptions
    {
        Application = builder =>
        {
            builder.Logging.AddProvider(_log);
            builder.AddReplicationNode();
            var application = builder.Build();
            application.MapReplicationNode();
            return application;
        },
    });

    private static Hello Introduction(TestNode primary)
    {
        var lease = primary.Database.Log!;
        var end = lease.Log.Durable;
        return new Hello(
            Hello.CurrentProtocolVersion, Hello.CurrentLogFormatVersion, primary.Database.History, TailId, "tail", "", 1, TailId, FollowerKind.Tail, lease.Epochs.UpTo(end.Index), end.Position, end.Crc);
    }

    private static byte[] Prefixed(byte flag, FollowRequest message)
    {
        var bytes = new byte[5 + message.CalculateSize()];
        bytes[0] = flag;
        BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(1), bytes.Length - 5);
        message.WriteTo(bytes.AsSpan(5));
        return bytes;
    }

    // Returns the call's status, from its trailers or, without an answer, its headers.
    private static async Task<string> SayAsync(TestNode node, params byte[][] messages)
    {
        using var http = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(node.Address, "/replication.v1.Feed/Follow")) { Version = HttpVersion.Version20, VersionPolicy = HttpVersionPolicy.RequestVersionExact };
        request.Headers.TE.Add(new TransferCodingWithQualityHeaderValue("trailers"));
        request.Content = new ByteArrayContent([.. messages.SelectMany(static message => message)]);
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/grpc");
        using var response = await http.SendAsync(request);
        await response.Content.ReadAsByteArrayAsync();
        return response.TrailingHeaders.Concat(response.Headers).First(static header => header.Key == "grpc-status").Value.Single();
    }
}
