namespace Grpc.Core;

/// <summary>Decides whether a peer's certificate is accepted: true if so.</summary>
public delegate bool VerifyPeerCallback(VerifyPeerContext context);

/// <summary>The peer whose certificate is to be checked.</summary>
public class VerifyPeerContext
{
    internal VerifyPeerContext(string targetName, string peerPem)
    {
        TargetName = targetName;
        PeerPem = peerPem;
    }

    /// <summary>The name the channel connects to.</summary>
    public string TargetName { get; }

    /// <summary>The peer's certificate (PEM).</summary>
    public string PeerPem { get; }
}
