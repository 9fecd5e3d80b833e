using Google.Protobuf.Reflection;
using Grpc.Core;
using Replication.Protos.Health.V1;
using Replication.Protos.Reflection.V1;
using Replication.Protos.V1;

namespace Replication.Node.Services;

/// <summary>The standard reflection service, so that generic clients can call a node without its .proto files.</summary>
internal sealed class ReflectionService(ReplicationNode node) : ServerReflection.ServerReflectionBase
{
    private static readonly Dictionary<string, FileDescriptor> Files = [];

    static ReflectionService()
    {
        foreach (var service in Services) Collect(service.File);
    }

    /// <summary>What a node serves.</summary>
    public static ServiceDescriptor[] Services { get; } =
        [Store.Descriptor, Feed.Descriptor, Cluster.Descriptor, Health.Descriptor, ServerReflection.Descriptor];

    public override async Task ServerReflectionInfo(
        IAsyncStreamReader<ServerReflectionRequest> requestStream, IServerStreamWriter<ServerReflectionResponse> responseStream, ServerCallContext context)
    {
        using var lasting = CancellationTokenSource.CreateLinkedTokenSource(context.CancellationToken, node.Stopping);
        while (await requestStream.MoveNext(lasting.Token))
        {
            var response = Answer(requestStream.Current);
            response.ValidHost = requestStream.Current.Host;
            response.OriginalRequest = requestStream.Current;
            await responseStream.WriteAsync(response, context.CancellationToken);
        }
    }

    private static ServerReflectionResponse Answer(ServerReflectionRequest request) => request.MessageRequestCase switch
    {
        ServerReflectionRequest.MessageRequestOneofCase.ListServices => List(),
        ServerReflectionRequest.MessageRequestOneofCase.FileByFilename => File(Files.GetValueOrDefault(request.FileByFilename), request.FileByFilename),
        ServerReflectionRequest.MessageRequestOneofCase.FileContainingSymbol => File(FileWith(request.FileContainingSymbol), request.FileContainingSymbol),
        _ => NotFound("this node's messages have no extensions"),
    };

    private static ServerReflectionResponse List()
    {
        var services = new ListServiceResponse();
        services.Service.AddRange(Services.Select(service => new ServiceResponse { Name = service.FullName }));
        return new ServerReflectionResponse { ListServicesResponse = services };
    }

    // The file and everything it imports, imports first: one answer is enough for a client.
    private static ServerReflectionResponse File(FileDescriptor? file, string asked)
    {
        if (file is null) return NotFound($"'{asked}' is not known here");
        var response = new FileDescriptorResponse();
        var seen = new HashSet<string>(StringComparer.Ordinal);
        Add(file);
        return new ServerReflectionResponse { FileDescriptorResponse = response };

        void Add(FileDescriptor descriptor)
        {
            if (!seen.Add(descriptor.Name)) return;
            foreach (var import in descriptor.Dependencies) Add(import);
            response.FileDescriptorProto.Add(descriptor.SerializedData);
        }
    }

    private static ServerReflectionResponse NotFound(string what) =>
        new() { ErrorResponse = new ErrorResponse { ErrorCode = (int)StatusCode.NotFound, ErrorMessage = $"Not found: {what}." } };

    private static FileDescriptor? FileWith(string symbol) => Files.Values.FirstOrDefault(file =>
        file.Services.Any(service => service.FullName == symbol || service.Methods.Any(method => method.FullName == symbol))
        || file.MessageTypes.Any(message => Contains(message, symbol))
        || file.EnumTypes.Any(type => type.FullName == symbol));

    private static bool Contains(MessageDescriptor message, string symbol) =>
        message.FullName == symbol || message.NestedTypes.Any(nested => Contains(nested, symbol)) || message.EnumTypes.Any(type => type.FullName == symbol);

    private static void Collect(FileDescriptor file)
    {
        if (!Files.TryAdd(file.Name, file)) return;
        foreach (var import in file.Dependencies) Collect(import);
    }
}
