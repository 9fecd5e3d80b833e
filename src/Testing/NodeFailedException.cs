namespace Replication.Testing;

/// <summary>A node of the cluster met something after which its process would have ended. The cause is the inner exception.</summary>
/// <param name="node">The node's name.</param>
/// <param name="cause">What it met.</param>
public sealed class NodeFailedException(string node, Exception cause)
    : Exception($"{node} failed, and in production its process would have ended: {cause.Message} Where a test means it to fail, let it call AcceptFatalFailures on the node.", cause)
{
    /// <summary>The node's name.</summary>
    public string Node => node;
}
