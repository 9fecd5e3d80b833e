namespace Replication.Replica;

/// <summary>The upstream cannot be followed now; the next attempt may succeed.</summary>
internal sealed class UpstreamException : IOException
{
    public UpstreamException(string message)
        : base(message)
    {
    }

    public UpstreamException(string message, Exception cause)
        : base(message, cause)
    {
    }
}
