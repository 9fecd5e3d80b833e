using Grpc.Core;
using Grpc.Net.Client;
using Replication.Protos.Health.V1;
using Replication.Protos.Reflection.V1;
using Replication.Testing;
using ServingStatus = Replication.Protos.Health.V1.HealthCheckResponse.Types.ServingStatus;

namespace Replication.Node.Tests;

public sealed class StandardServicesTests
{
    [Fact]
    public async Task The_health_service_serves_each_service_and_knows_no_other()
    {
        await using var cluster = new TestCluster();
        var primary = await cluster.PrimaryAsync();
        await primary.Client.PutAsync("docs", "k", "1");
        using var channel = GrpcChannel.ForAddress(primary.Address);
        var health = new Health.HealthClient(channel);

        foreach (var service in (string[])["", "replication.v1.Store", "replication.v1.Feed", "replication.v1.Cluster"])
            Assert.Equal(ServingStatus.Serving, (await health.CheckAsync(new HealthCheckRequest { Service = service })).Status);
        var failure = await Assert.ThrowsAsync<RpcException>(async () => await health.CheckAsync(new HealthCheckRequest { Service = "nope" }));
        Assert.Equal(StatusCode.NotFound, failure.StatusCode);
    }

    [Fact]
    public async Task A_watch_of_the_health_tells_the_state_at_once()
    {
        await using var cluster = new TestCluster();
        var replica = await cluster.StartAsync("replica", new Uri("http://127.0.0.1:1"));
        using var channel = GrpcChannel.ForAddress(replica.Address);

        using var watch = new Health.HealthClient(channel).Watch(new HealthCheckRequest());

        Assert.True(await watch.ResponseStream.MoveNext(CancellationToken.None));
        Assert.Equal(ServingStatus.NotServing, watch.ResponseStream.Current.Status);
    }

    [Fact]
    public async Task Reflection_lists_the_services_and_gives_their_files_with_everything_they_import()
    {
        await using var cluster = new TestCluster();
        var primary = await cluster.PrimaryAsync();
        using var channel = GrpcChannel.ForAddress(primary.Address);
        using var call = new ServerReflection.ServerReflectionClient(channel).ServerReflectionInfo();

        var services = await AskAsync(new ServerReflectionRequest { ListServices = string.Empty });
        Assert.Contains("replication.v1.Store", services.ListServicesResponse.Service.Select(service => service.Name));

        var files = await AskAsync(new ServerReflectionRequest { FileContainingSymbol = "replication.v1.Store.Commit" });
        var names = files.FileDescriptorResponse.FileDescriptorProto
            .Select(bytes => Google.Protobuf.Reflection.FileDescriptorProto.Parser.ParseFrom(bytes).Name).ToList();
        Assert.Equal("replication/v1/store.proto", names[^1]);
        Assert.Contains("replication/v1/common.proto", names);

        var unknown = await AskAsync(new ServerReflectionRequest { FileContainingSymbol = "nope" });
        Assert.Equal((int)StatusCode.NotFound, unknown.ErrorResponse.ErrorCode);

        async Task<ServerReflectionResponse> AskAsync(ServerReflectionRequest request)
        {
            await call.RequestStream.WriteAsync(request);
            Assert.True(await call.ResponseStream.MoveNext(CancellationToken.None));
            return call.ResponseStream.Current;
        }
    }
}
