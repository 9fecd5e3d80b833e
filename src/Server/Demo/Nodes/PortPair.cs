namespace Replication.Server.Demo.Nodes;

/// <summary>The two ports of a node on this machine.</summary>
/// <param name="Grpc">For gRPC.</param>
/// <param name="Http">For health and status.</param>
internal readonly record struct PortPair(int Grpc, int Http)
{
    /// <summary>Where gRPC is served.</summary>
    public Uri GrpcAddress => new($"http://127.0.0.1:{Grpc}");

    /// <summary>Where health and status are served.</summary>
    public Uri HttpAddress => new($"http://127.0.0.1:{Http}");
}
